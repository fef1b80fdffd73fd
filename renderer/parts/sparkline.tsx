/** A minute of one gauge in a table cell: one path, no chart library, drawn again only when its points changed. */
import { memo, type ReactNode } from 'react';

export interface SparklineProps {
  readonly points: readonly number[];
  /** Value at the top; 0: the highest point. */
  readonly max: number;
  readonly width?: number;
  readonly height?: number;
  readonly tone?: string;
  readonly label: string;
}

export const Sparkline = memo(function Sparkline({
  points,
  max,
  width = 64,
  height = 18,
  tone = 'var(--thread-0)',
  label,
}: SparklineProps): ReactNode {
  const top = max > 0 ? max : Math.max(1, ...points);
  const step = width / 59;
  const from = width - (points.length - 1) * step;
  const line = points
    .map(
      (value, index) =>
        `${index === 0 ? 'M' : 'L'}${(from + index * step).toFixed(1)} ${(height - 1 - Math.min(1, value / top) * (height - 2)).toFixed(1)}`,
    )
    .join('');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} className="sparkline">
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" />
      {points.length > 1 && (
        <>
          <path d={`${line}V${height}H${from.toFixed(1)}Z`} fill={tone} opacity="0.16" />
          <path d={line} fill="none" stroke={tone} strokeWidth="1.25" strokeLinejoin="round" />
        </>
      )}
    </svg>
  );
}, same);

function same(a: SparklineProps, b: SparklineProps): boolean {
  return (
    a.max === b.max &&
    a.label === b.label &&
    a.width === b.width &&
    a.points.length === b.points.length &&
    a.points.every((value, index) => value === b.points[index])
  );
}
