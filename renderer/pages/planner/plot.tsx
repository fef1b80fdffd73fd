/** Axes for the planner's drawings: round ticks, thin lines, words at the axes; what is drawn gets the two scales. */
import type { ReactNode } from 'react';

export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly label: string;
  readonly log?: boolean;
  text(value: number): string;
}

export interface Scales {
  x(value: number): number;
  y(value: number): number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const WIDTH = 430;
/** Half the width of the words at a tick. */
const HALF_A_TICK = 20;
const LEFT = 58;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 40;

/** About five round numbers between two bounds. */
export function ticks(min: number, max: number, wanted = 5): number[] {
  const span = max - min;
  if (!(span > 0)) return [min];
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((it) => it * power >= rough) ?? 10) * power;
  const first = Math.ceil(min / step) * step;
  return Array.from({ length: Math.floor((max - first) / step + 1e-9) + 1 }, (_, index) => first + index * step);
}

export function Plot({
  x,
  y,
  height = 216,
  label,
  children,
}: {
  x: Axis;
  y: Axis;
  height?: number;
  label: string;
  children(scales: Scales): ReactNode;
}): ReactNode {
  const place = (axis: Axis, value: number): number => {
    if (axis.log !== true) return (value - axis.min) / (axis.max - axis.min || 1);
    return Math.log(Math.max(value, axis.min) / axis.min) / Math.log(axis.max / axis.min);
  };
  const scales: Scales = {
    x: (value) => LEFT + place(x, value) * (WIDTH - LEFT - RIGHT),
    y: (value) => TOP + (1 - place(y, value)) * (height - TOP - BOTTOM),
    left: LEFT,
    right: WIDTH - RIGHT,
    top: TOP,
    bottom: height - BOTTOM,
  };
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} className="plot" role="img" aria-label={label}>
      {ticks(y.min, y.max).map((value) => (
        <g key={value}>
          <line x1={scales.left} x2={scales.right} y1={scales.y(value)} y2={scales.y(value)} stroke="var(--line)" />
          <text x={LEFT - 8} y={scales.y(value) + 4} textAnchor="end">
            {y.text(value)}
          </text>
        </g>
      ))}
      {ticks(x.min, x.max, 7).map((value) => (
        <text
          key={value}
          x={WIDTH - scales.x(value) < HALF_A_TICK ? WIDTH : scales.x(value)}
          y={height - BOTTOM + 16}
          textAnchor={WIDTH - scales.x(value) < HALF_A_TICK ? 'end' : 'middle'}
        >
          {x.text(value)}
        </text>
      ))}
      <line x1={scales.left} x2={scales.right} y1={scales.bottom} y2={scales.bottom} stroke="var(--line-strong)" />
      <text x={(scales.left + scales.right) / 2} y={height - 6} textAnchor="middle" className="axis">
        {x.label}
      </text>
      <text x={4} y={10} className="axis">
        {y.label}
      </text>
      {children(scales)}
    </svg>
  );
}

export const pathOf = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
