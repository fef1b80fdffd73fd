/** A minute of one gauge in a table cell: one path, no chart library. */
import type { ReactNode } from 'react';
import { KEPT } from '../desk/gauges.ts';

/** Steps of a dot that a line is drawn in: a change that cannot be seen is none, and costs no drawing. */
const STEPS = 2;

export interface SparklineProps {
  readonly points: readonly number[];
  /** Value at the top; 0: the highest point. */
  readonly max: number;
  readonly width?: number;
  readonly height?: number;
  readonly tone?: string;
  readonly label: string;
}

export function Sparkline({ points, max, width = 64, height = 18, tone = 'var(--thread-0)', label }: SparklineProps): ReactNode {
  const line = lineOf(points, max, width, height);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} className="sparkline">
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" />
      {line !== '' && (
        <>
          <path d={`${line}V${height}H${startOf(points, width)}Z`} fill={tone} opacity="0.16" />
          <path d={line} fill="none" stroke={tone} strokeWidth="1.25" strokeLinejoin="round" />
        </>
      )}
    </svg>
  );
}

const startOf = (points: readonly number[], width: number): string =>
  (width - ((points.length - 1) * width) / (KEPT - 1)).toFixed(1);

/** The path of a line that ends at the right; stretches at one height are one stroke. */
export function lineOf(points: readonly number[], max: number, width: number, height: number): string {
  if (points.length < 2) return '';
  const top = max > 0 ? max : Math.max(1, ...points);
  const heights = points.map((value) => Math.round((height - 1 - Math.min(1, value / top) * (height - 2)) * STEPS) / STEPS);
  const from = width - ((points.length - 1) * width) / (KEPT - 1);
  const x = (index: number): string => (from + (index * width) / (KEPT - 1)).toFixed(1);
  let line = `M${x(0)} ${heights[0]}`;
  for (const [index, at] of heights.entries())
    if (index > 0 && (at !== heights[index - 1] || at !== heights[index + 1])) line += `L${x(index)} ${at}`;
  return line;
}
