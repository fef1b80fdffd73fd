/** The last minute of the instance's CPU, stacked by machine, under the line of what was rented. */
import { type ReactNode, useMemo } from 'react';
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import { KEPT, series, useTick } from '../../desk/gauges.ts';
import { useWidth } from '../../parts/use-width.ts';
import { toneOf } from '../../theme/tokens.ts';
import { say } from '../../words/say.ts';

/** Dots, until the page is laid out, and at least. */
const WIDTH = 620;
const LEAST_WIDTH = 240;
const HEIGHT = 260;
const LEFT = 42;
const TOP = 12;
const BOTTOM = 22;
const NAMED = 9;

interface Band {
  readonly name: string;
  readonly tone: string;
  readonly values: readonly number[];
}

/** The largest machines by name, the others together. */
function bandsOf(machines: readonly Machine[], vcpus: number): Band[] {
  const all = machines.map((machine, index) => {
    const points = series(machine.id, 'cpu');
    const padded = [...Array.from({ length: KEPT - points.length }, () => 0), ...points].map(
      (value) => (value * machine.vcpus) / vcpus,
    );
    return {
      name: machine.name,
      tone: toneOf(index),
      values: padded,
      sum: padded.reduce((total, it) => total + it, 0),
    };
  });
  if (all.length <= NAMED) return all;
  const largest = [...all].sort((a, b) => b.sum - a.sum);
  const rest = largest.slice(NAMED);
  return [
    ...largest.slice(0, NAMED),
    {
      name: say('overview.others', { count: rest.length }),
      tone: 'var(--ink-3)',
      values: Array.from({ length: KEPT }, (_, index) => rest.reduce((total, it) => total + (it.values[index] ?? 0), 0)),
    },
  ];
}

export function UseChart({ instance, machines }: { instance: Instance; machines: readonly Machine[] }): ReactNode {
  const tick = useTick();
  const [box, width] = useWidth<HTMLElement>(WIDTH, LEAST_WIDTH);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the rings have changed
  const bands = useMemo(() => bandsOf(machines, instance.vcpus), [machines, instance.vcpus, tick]);
  const x = (index: number): number => LEFT + (index / (KEPT - 1)) * (width - LEFT - 4);
  const y = (value: number): number => TOP + (1 - Math.min(value, 115) / 115) * (HEIGHT - TOP - BOTTOM);
  const floor = Array.from({ length: KEPT }, () => 0);
  return (
    <section className="card" ref={box}>
      <h2>{say('overview.use')}</h2>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={say('overview.useLabel', { count: machines.length })}
        style={{ display: 'block', marginTop: 8 }}
      >
        {[0, 25, 50, 75].map((mark) => (
          <g key={mark}>
            <line x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(mark) + 4} textAnchor="end" fontSize="11" fill="var(--ink-3)">
              {mark} %
            </text>
          </g>
        ))}
        {bands.map((band) => {
          const lower = floor.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`).reverse();
          for (let index = 0; index < KEPT; index++) floor[index] = (floor[index] ?? 0) + (band.values[index] ?? 0);
          const upper = floor.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`);
          return (
            <path
              key={band.name}
              d={`M${upper.join('L')}L${lower.join('L')}Z`}
              fill={band.tone}
              opacity="0.85"
              stroke="var(--surface)"
              strokeWidth="0.6"
            />
          );
        })}
        <line x1={LEFT} x2={width} y1={y(100)} y2={y(100)} stroke="var(--ink)" strokeWidth="1.4" strokeDasharray="5 3" />
        <text x={width - 4} y={y(100) - 5} textAnchor="end" fontSize="11" fill="var(--ink-2)">
          {say('overview.rented', { vcpus: instance.vcpus })}
        </text>
        <text x={LEFT} y={HEIGHT - 6} fontSize="11" fill="var(--ink-3)">
          {say('overview.minuteAgo')}
        </text>
        <text x={width - 4} y={HEIGHT - 6} fontSize="11" textAnchor="end" fill="var(--ink-3)">
          {say('overview.now')}
        </text>
      </svg>
      <div className="legend">
        {bands.map((band) => (
          <span key={band.name}>
            <i style={{ background: band.tone }} />
            {band.name}
          </span>
        ))}
      </div>
    </section>
  );
}
