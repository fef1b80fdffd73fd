/** An instance as a piece of cloth: each machine a patch as large as its share, what is left as bare ground. */
import { memo, type ReactNode } from 'react';
import type { Instance, Machine } from '../../core/contract/fleet.ts';
import { toneOf } from '../theme/tokens.ts';

export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cuts a rectangle into parts of the given sizes, always across the longer side, so that patches stay squarish. */
export function cut(sizes: readonly number[], area: Patch): Patch[] {
  if (sizes.length === 0) return [];
  if (sizes.length === 1) return [area];
  const total = sizes.reduce((sum, it) => sum + it, 0);
  let half = 0;
  let count = 0;
  while (count < sizes.length - 1 && half + (sizes[count] ?? 0) / 2 < total / 2) half += sizes[count++] ?? 0;
  if (count === 0) half = sizes[count++] ?? 0;
  const share = total === 0 ? count / sizes.length : half / total;
  const across = area.width >= area.height;
  const first: Patch = across ? { ...area, width: area.width * share } : { ...area, height: area.height * share };
  const second: Patch = across
    ? { ...area, x: area.x + area.width * share, width: area.width * (1 - share) }
    : { ...area, y: area.y + area.height * share, height: area.height * (1 - share) };
  return [...cut(sizes.slice(0, count), first), ...cut(sizes.slice(count), second)];
}

export const Patches = memo(function Patches({
  machines,
  instance,
  width,
  height,
}: {
  machines: readonly Machine[];
  instance: Instance;
  width: number;
  height: number;
}): ReactNode {
  const total = Math.max(
    instance.memoryMib,
    machines.reduce((sum, it) => sum + it.memoryMib, 0),
  );
  const used = machines.reduce((sum, it) => sum + it.memoryMib, 0);
  const sizes = [...machines.map((it) => it.memoryMib), Math.max(0, total - used)];
  const laid = instance.capacity !== null;
  const parts = cut(sizes, { x: 0.5, y: 0.5, width: width - 1, height: height - 1 });
  const gap = machines.length > 24 ? 0 : 0.5;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className="patches">
      <rect
        x="0.5"
        y="0.5"
        width={width - 1}
        height={height - 1}
        rx="2"
        fill={laid ? 'var(--sunk)' : 'none'}
        stroke="var(--line-strong)"
        strokeDasharray={laid ? undefined : '2 2'}
      />
      {parts.slice(0, -1).map((patch, index) => (
        <rect
          key={machines[index]?.id}
          x={patch.x + gap}
          y={patch.y + gap}
          width={Math.max(0.4, patch.width - 2 * gap)}
          height={Math.max(0.4, patch.height - 2 * gap)}
          rx={Math.min(1.5, patch.height / 3)}
          fill={toneOf(index)}
          opacity={machines[index]?.state === 'running' ? 1 : 0.4}
        />
      ))}
    </svg>
  );
});
