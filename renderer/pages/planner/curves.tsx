/** Price and slowdown against the number of machines, under each other over the same axis, with the break-even marked. */
import type { ReactNode } from 'react';
import type { PlanPictures, PlanView } from '../../../core/contract/plan.ts';
import { money, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { say } from '../../words/say.ts';
import { Plot, pathOf } from './plot.tsx';

interface Props {
  readonly plan: PlanView;
  readonly pictures: PlanPictures;
  readonly baseline: string;
}

export function PriceCurve({ plan, pictures, baseline }: Props): ReactNode {
  const { curve } = pictures;
  const small = curve[0]?.baselinePerVmHour ?? null;
  const most = Math.max(1, ...curve.map((it) => it.count));
  // Machines alone on an instance cost so much that the crossing would not be seen.
  const top = Math.min(Math.max(...curve.map((it) => it.pricePerVmHour)), Math.max(small ?? 0, plan.pricePerVmHour) * 4) || 1;
  const even = plan.breakEvenCount;
  const table = {
    head: [say('cut.count'), say('plan.pricePerVm'), baseline === '' ? '–' : baseline, say('plan.slowdown')],
    rows: curve.map((it) => [it.count, it.pricePerVmHour, it.baselinePerVmHour ?? '–', it.slowdown]),
  };
  return (
    <Picture
      title={say('picture.price')}
      answer={
        even === null
          ? say('picture.priceNever')
          : say('picture.priceAnswer', { count: even, price: money(plan.pricePerVmHour, plan.currency) })
      }
      table={table}
    >
      <Plot
        label={say('picture.price')}
        x={{ min: 1, max: most, label: say('cut.count'), text: significant }}
        y={{ min: 0, max: top, label: say('plan.pricePerVm'), text: (value) => money(value, plan.currency, top < 0.2 ? 3 : 2) }}
      >
        {({ x, y, left, right, top: upper, bottom }) => (
          <>
            <clipPath id="price-clip">
              <rect x={left} y={upper} width={right - left} height={bottom - upper} />
            </clipPath>
            {even !== null && even <= most && small !== null && (
              <rect x={x(even)} y={upper} width={right - x(even)} height={bottom - upper} fill="var(--running)" opacity="0.07" />
            )}
            <g clipPath="url(#price-clip)">
              {small !== null && (
                <path d={`M${left} ${y(small)}H${right}`} stroke="var(--thread-3)" strokeWidth="2" strokeDasharray="6 4" />
              )}
              <path
                d={pathOf(curve.map((it) => [x(it.count), y(it.pricePerVmHour)]))}
                fill="none"
                stroke="var(--accent)"
                strokeWidth="2.2"
              />
            </g>
            {small !== null && (
              <text x={right - 4} y={upper + 12} textAnchor="end" className="mark" style={{ fill: 'var(--thread-3)' }}>
                {say('picture.baseline', { type: baseline, price: money(small, plan.currency) })}
              </text>
            )}
            {even !== null && even <= most && small !== null && (
              <>
                <circle cx={x(even)} cy={y(small)} r="4.5" fill="var(--surface)" stroke="var(--ink)" strokeWidth="2" />
                <text x={x(even) + 8} y={y(small) - 9} className="mark">
                  {say('picture.breakEven', { count: even })}
                </text>
              </>
            )}
            <Here
              x={x(plan.count)}
              y={y(Math.min(top, plan.pricePerVmHour))}
              text={say('picture.here', { count: plan.count })}
              bottom={bottom}
              below
            />
          </>
        )}
      </Plot>
    </Picture>
  );
}

/** Where a label below a mark still has room above the axis. */
const ROOM_BELOW = 22;

/** @param below beside a line that has labels of its own above */
function Here({
  x,
  y,
  text,
  bottom,
  below = false,
}: {
  x: number;
  y: number;
  text: string;
  bottom: number;
  below?: boolean;
}): ReactNode {
  return (
    <>
      <line x1={x} x2={x} y1={y} y2={bottom} stroke="var(--accent)" strokeDasharray="2 3" />
      <circle cx={x} cy={y} r="4.5" fill="var(--accent)" />
      <text x={x} y={below && bottom - y > ROOM_BELOW ? y + 17 : y - 10} textAnchor="middle" className="mark accent">
        {text}
      </text>
    </>
  );
}

export function SlowdownCurve({ plan, pictures }: Omit<Props, 'baseline'>): ReactNode {
  const { curve } = pictures;
  const most = Math.max(1, ...curve.map((it) => it.count));
  const top = Math.max(2, ...curve.map((it) => it.slowdown)) * 1.05;
  const table = {
    head: [say('cut.count'), say('plan.slowdown'), say('plan.cpuP95'), say('plan.memoryOverload')],
    rows: curve.map((it) => [it.count, it.slowdown, it.cpuP95, it.memoryOverload]),
  };
  return (
    <Picture
      title={say('picture.slowdown')}
      answer={say('picture.slowdownAnswer', { slowdown: plan.contention.slowdown.toFixed(2), count: plan.count })}
      table={table}
    >
      <Plot
        label={say('picture.slowdown')}
        x={{ min: 1, max: most, label: say('cut.count'), text: significant }}
        y={{ min: 1, max: top, label: say('plan.slowdown'), text: (value) => `${significant(value)}×` }}
      >
        {({ x, y, left, top: upper, bottom }) => (
          <>
            <path
              d={`${pathOf(curve.map((it) => [x(it.count), y(it.slowdown)]))}L${x(most)} ${bottom}L${left} ${bottom}Z`}
              fill="var(--thread-1)"
              opacity="0.14"
            />
            <path
              d={pathOf(curve.map((it) => [x(it.count), y(it.slowdown)]))}
              fill="none"
              stroke="var(--thread-1)"
              strokeWidth="2.2"
            />
            <path
              d={pathOf(curve.map((it) => [x(it.count), y(Math.min(top, Math.max(1, it.cpuP95)))]))}
              fill="none"
              stroke="var(--ink-3)"
              strokeWidth="1.4"
              strokeDasharray="4 3"
            />
            <path d={`M${left + 6} ${upper + 8}h22`} stroke="var(--ink-3)" strokeWidth="1.4" strokeDasharray="4 3" />
            <text x={left + 34} y={upper + 12}>
              {say('picture.p95')}
            </text>
            <Here
              x={x(plan.count)}
              y={y(plan.contention.slowdown)}
              text={`${plan.contention.slowdown.toFixed(2)}×`}
              bottom={bottom}
            />
          </>
        )}
      </Plot>
    </Picture>
  );
}

/** What all of it costs: instances that are there anyway, against one native machine more for each. */
export function CrossingLines({ plan, pictures, baseline }: Props): ReactNode {
  const { curve } = pictures;
  const small = curve[0]?.baselinePerVmHour ?? null;
  const most = Math.max(1, ...curve.map((it) => it.count));
  const total = (count: number, each: number | null): number => count * (each ?? 0);
  const top =
    Math.max(...curve.map((it) => Math.max(total(it.count, it.pricePerVmHour), total(it.count, it.baselinePerVmHour)))) * 1.05 ||
    1;
  const even = plan.breakEvenCount;
  const table = {
    head: [say('cut.count'), say('picture.cutTotal'), baseline === '' ? '–' : say('picture.nativeTotal', { type: baseline })],
    rows: curve.map((it) => [it.count, total(it.count, it.pricePerVmHour), small === null ? '–' : total(it.count, small)]),
  };
  return (
    <Picture
      title={say('picture.crossing')}
      answer={
        small === null
          ? say('picture.priceNever')
          : say('picture.crossingAnswer', {
              cut: money(total(plan.count, plan.pricePerVmHour), plan.currency),
              native: money(total(plan.count, small), plan.currency),
              count: plan.count,
            })
      }
      table={table}
    >
      <Plot
        label={say('picture.crossing')}
        x={{ min: 1, max: most, label: say('cut.count'), text: significant }}
        y={{ min: 0, max: top, label: say('picture.totalPerHour'), text: (value) => money(value, plan.currency, 2) }}
      >
        {({ x, y, right }) => (
          <>
            {small !== null && (
              <>
                <path
                  d={pathOf(curve.map((it) => [x(it.count), y(total(it.count, small))]))}
                  fill="none"
                  stroke="var(--thread-3)"
                  strokeWidth="2"
                  strokeDasharray="6 4"
                />
                <text
                  x={x(most * 0.78) - 8}
                  y={y(total(most * 0.78, small)) - 4}
                  textAnchor="end"
                  className="mark"
                  style={{ fill: 'var(--thread-3)' }}
                >
                  {say('picture.nativeTotal', { type: baseline })}
                </text>
              </>
            )}
            <path
              d={pathOf(curve.map((it) => [x(it.count), y(total(it.count, it.pricePerVmHour))]))}
              fill="none"
              stroke="var(--accent)"
              strokeWidth="2.2"
            />
            <text
              x={right - 4}
              y={y(total(most, curve.at(-1)?.pricePerVmHour ?? 0)) - 8}
              textAnchor="end"
              className="mark accent"
            >
              {say('picture.cutTotal')}
            </text>
            {even !== null && even <= most && small !== null && (
              <>
                <circle
                  cx={x(even)}
                  cy={y(total(even, small))}
                  r="4.5"
                  fill="var(--surface)"
                  stroke="var(--ink)"
                  strokeWidth="2"
                />
                <text x={x(even) - 8} y={y(total(even, small)) - 10} textAnchor="end" className="mark">
                  {say('picture.breakEven', { count: even })}
                </text>
              </>
            )}
          </>
        )}
      </Plot>
    </Picture>
  );
}
