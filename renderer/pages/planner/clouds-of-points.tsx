/** All types and counts by price and slowdown with the front drawn, and how the slowdown of bursts is spread. */
import { type ReactNode, useEffect, useState } from 'react';
import type { PlanCandidate, PlanSimulated, PlanView } from '../../../core/contract/plan.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { money, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { say } from '../../words/say.ts';
import { Plot, pathOf } from './plot.tsx';

const ENOUGH_SECONDS = 400_000;
/** Room that a label such as P95 needs. */
const LABEL = 36;

/** Asks again and again while the scenario stays the same and there is more to know. */
function useProgressive<T>(
  ask: (scenario: PlanScenario) => Promise<T>,
  scenario: PlanScenario,
  enough: (value: T) => boolean,
): T | undefined {
  const key = JSON.stringify(scenario);
  const [value, setValue] = useState<T>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the scenario
  useEffect(() => {
    let over = false;
    setValue(undefined);
    const again = async (): Promise<void> => {
      try {
        const asked: PlanScenario = JSON.parse(key);
        const next = await ask(asked);
        if (over) return;
        setValue(next);
        if (!enough(next)) setTimeout(() => void again(), 60);
      } catch {
        // The form shows what is wrong with the scenario.
      }
    };
    const timer = setTimeout(() => void again(), 350);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key]);
  return value;
}

export function ParetoPlot({ plan, scenario }: { plan: PlanView; scenario: PlanScenario }): ReactNode {
  const found = useProgressive(
    (it) => call('plan.pareto', { scenario: it }),
    scenario,
    (it) => it.done >= it.total,
  );
  const fitting = (found?.candidates ?? []).filter((it) => it.fits);
  const front = fitting.filter((it) => it.onFront);
  const least = Math.min(plan.pricePerVmHour, ...front.map((it) => it.pricePerVmHour)) || 0.001;
  const shown = fitting.filter((it) => it.slowdown < 12 && it.pricePerVmHour < least * 30).slice(0, 1500);
  const maxPrice = Math.max(plan.pricePerVmHour * 2, ...shown.map((it) => it.pricePerVmHour).slice(0, 1));
  const table = {
    head: [say('rent.type'), say('cut.count'), say('plan.pricePerVm'), say('plan.slowdown')],
    rows: front.map((it) => [it.type, it.count, it.pricePerVmHour, it.slowdown]),
  };
  const label = (it: PlanCandidate): string => `${it.type} × ${it.count}`;
  return (
    <Picture
      title={say('picture.pareto')}
      answer={
        found !== undefined && found.done < found.total
          ? say('picture.searching', { done: found.done, total: found.total })
          : say('picture.paretoAnswer', { count: front.length })
      }
      table={table}
    >
      <Plot
        label={say('picture.pareto')}
        x={{
          min: 0,
          max: maxPrice,
          label: say('plan.pricePerVm'),
          text: (value) => money(value, plan.currency, maxPrice < 0.2 ? 3 : 2),
        }}
        y={{
          min: 1,
          max: Math.max(2, plan.contention.slowdown * 1.3),
          label: say('plan.slowdown'),
          text: (value) => `${significant(value)}×`,
        }}
      >
        {({ x, y, right, top }) => (
          <>
            {shown
              .filter((it) => x(it.pricePerVmHour) <= right && y(it.slowdown) >= top)
              .map((it) => (
                <circle
                  key={label(it)}
                  cx={x(it.pricePerVmHour)}
                  cy={y(it.slowdown)}
                  r="2.4"
                  fill="var(--thread-4)"
                  opacity="0.4"
                >
                  <title>{label(it)}</title>
                </circle>
              ))}
            <path
              d={pathOf(
                front
                  .filter((it) => x(it.pricePerVmHour) <= right && y(it.slowdown) >= top)
                  .map((it) => [x(it.pricePerVmHour), y(it.slowdown)]),
              )}
              fill="none"
              stroke="var(--running)"
              strokeWidth="1.8"
            />
            {front
              .filter((it) => x(it.pricePerVmHour) <= right && y(it.slowdown) >= top)
              .map((it) => (
                <circle key={`front ${label(it)}`} cx={x(it.pricePerVmHour)} cy={y(it.slowdown)} r="3.6" fill="var(--running)">
                  <title>{label(it)}</title>
                </circle>
              ))}
            <circle
              cx={x(plan.pricePerVmHour)}
              cy={y(plan.contention.slowdown)}
              r="6"
              fill="none"
              stroke="var(--accent)"
              strokeWidth="2.4"
            />
            <text x={x(plan.pricePerVmHour) + 10} y={y(plan.contention.slowdown) - 8} className="mark accent">
              {say('picture.thisPlan')}
            </text>
          </>
        )}
      </Plot>
    </Picture>
  );
}

/** Tones of classes, beginning with the one that slowdowns have. */
const TONES = ['var(--thread-6)', 'var(--thread-2)', 'var(--thread-1)', 'var(--thread-0)', 'var(--thread-3)'] as const;
const toneOf = (index: number): string => TONES[index % TONES.length] ?? TONES[0];

export function SlowdownSpread({ scenario }: { scenario: PlanScenario }): ReactNode {
  const found = useProgressive<PlanSimulated>(
    (it) => call('plan.refine', { scenario: it }),
    scenario,
    (it) => it.seconds > ENOUGH_SECONDS,
  );
  const classes = found?.ready === true ? found.classes : [];
  const [guest] = classes;
  const far = Math.max(1.5, ...classes.flatMap((it) => it.curve.filter(({ share }) => share <= 0.995).map((at) => at.slowdown)));
  const table = {
    head: [say('plan.class'), say('plan.slowdown'), say('plan.share')],
    rows: classes.flatMap((it) => it.curve.map(({ slowdown, share }) => [it.name, slowdown, share])),
  };
  return (
    <Picture
      title={say('picture.spread')}
      answer={
        guest === undefined
          ? say('picture.simulating')
          : classes.length > 1
            ? say('picture.spreadMany', {
                count: classes.length,
                bursts: classes.reduce((sum, it) => sum + it.bursts, 0).toLocaleString('en'),
                seed: found?.seed ?? 0,
              })
            : say('picture.spreadAnswer', {
                p50: guest.p50.toFixed(2),
                p95: guest.p95.toFixed(2),
                p99: guest.p99.toFixed(2),
                bursts: guest.bursts.toLocaleString('en'),
                seed: found?.seed ?? 0,
              })
      }
      table={table}
    >
      <Plot
        label={say('picture.spread')}
        x={{ min: 1, max: far, label: say('plan.slowdown'), text: (value) => `${significant(value)}×` }}
        y={{ min: 0, max: 1, label: say('plan.ofBursts'), text: (value) => `${Math.round(value * 100)} %` }}
      >
        {({ x, y, left, right, bottom }) => (
          <>
            {classes.map((each, index) => (
              <path
                key={each.name}
                d={pathOf(each.curve.filter((it) => it.slowdown <= far).map((it) => [x(Math.max(1, it.slowdown)), y(it.share)]))}
                fill="none"
                stroke={toneOf(index)}
                strokeWidth="2.2"
              />
            ))}
            {classes.length > 1 &&
              classes.map((each, index) => (
                <text
                  key={each.name}
                  x={right - 4}
                  y={bottom - 8 - 15 * (classes.length - 1 - index)}
                  textAnchor="end"
                  className="mark"
                  style={{ fill: toneOf(index) }}
                >
                  {say('picture.spreadClass', { name: each.name, p95: each.p95.toFixed(2) })}
                </text>
              ))}
            {guest !== undefined &&
              classes.length === 1 &&
              (
                [
                  ['P50', guest.p50, 0.5],
                  ['P95', guest.p95, 0.95],
                  ['P99', guest.p99, 0.99],
                ] as const
              )
                .filter(([, value]) => x(value) <= right)
                .map(([name, value, share]) => (
                  <g key={name}>
                    <line
                      x1={x(Math.max(1, value))}
                      x2={x(Math.max(1, value))}
                      y1={y(share)}
                      y2={bottom}
                      stroke="var(--ink-3)"
                      strokeDasharray="2 3"
                    />
                    <circle cx={x(Math.max(1, value))} cy={y(share)} r="3.4" fill={toneOf(0)} />
                    {(name !== 'P95' || x(guest.p99) - x(value) > LABEL) && (
                      <text
                        x={x(Math.max(1, value)) + (x(value) - left < LABEL ? 6 : -6)}
                        y={y(share) + 14}
                        textAnchor={x(value) - left < LABEL ? 'start' : 'end'}
                        className="mark"
                      >
                        {name}
                      </text>
                    )}
                  </g>
                ))}
          </>
        )}
      </Plot>
    </Picture>
  );
}
