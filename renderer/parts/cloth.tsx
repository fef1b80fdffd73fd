/** The instance as a drawing: cloth cut into named patches, the second layer's own strip, and bare ground. */
import { type ReactNode, useId } from 'react';
import type { Instance, Machine } from '../../core/contract/fleet.ts';
import { toneOf } from '../theme/tokens.ts';
import { sayAny } from '../words/say.ts';
import { memory } from './format.ts';
import { cut } from './patches.tsx';
import { useWidth } from './use-width.ts';
import './cloth.css';

export interface ClothProps {
  readonly instance: Pick<Instance, 'memoryMib' | 'capacity'>;
  readonly machines: readonly Pick<Machine, 'id' | 'name' | 'memoryMib' | 'state'>[];
  /** Patches that would be cut: drawn with a dashed seam. */
  readonly planned?: { readonly count: number; readonly memoryMib: number };
  readonly height: number;
}

export function Cloth({ instance, machines, planned, height }: ClothProps): ReactNode {
  const [box, width] = useWidth<HTMLDivElement>(300, 80);
  const pattern = useId();
  const own = instance.capacity?.ownMemoryMib ?? 0;
  const plan = planned ?? { count: 0, memoryMib: 0 };
  const asked = machines.reduce((sum, it) => sum + it.memoryMib, 0) + plan.count * plan.memoryMib;
  const room = Math.max(1, instance.memoryMib - own);
  const over = asked > room;
  const strip = instance.capacity === null ? 0 : Math.max(6, (own / instance.memoryMib) * width);
  const area = { x: strip, y: 0, width: width - strip, height };
  const sizes = [
    ...machines.map((it) => it.memoryMib),
    ...Array.from({ length: plan.count }, () => plan.memoryMib),
    ...(over ? [] : [room - asked]),
  ];
  const parts = cut(sizes, area);
  const dense = sizes.length > 60;
  const gap = dense ? 0.5 : 1.5;
  const patches = over ? parts : parts.slice(0, -1);
  const label = `${machines.length + plan.count} × ${memory(asked)} / ${memory(room)}`;
  return (
    <div ref={box} className={over ? 'cloth over' : 'cloth'} style={{ height }}>
      <svg width={width} height={height} role="img" aria-label={label}>
        <defs>
          <pattern id={pattern} width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M0 3h6M3 0v6" stroke="var(--line)" strokeWidth="1" />
          </pattern>
        </defs>
        <rect width={width} height={height} fill={`url(#${pattern})`} />
        {strip > 0 && (
          <rect x={gap} y={gap} width={strip - 2 * gap} height={height - 2 * gap} rx="3" fill="var(--ink-3)" opacity="0.55" />
        )}
        {patches.map((patch, index) => {
          const machine = machines[index];
          const wide = patch.width - 2 * gap;
          const tall = patch.height - 2 * gap;
          return (
            <g key={machine?.id ?? `plan-${index}`}>
              <rect
                x={patch.x + gap}
                y={patch.y + gap}
                width={Math.max(0.5, wide)}
                height={Math.max(0.5, tall)}
                rx={Math.min(4, tall / 4)}
                fill={toneOf(index)}
                opacity={machine === undefined ? 0.6 : machine.state === 'running' ? 0.95 : 0.38}
                stroke={machine === undefined ? 'var(--surface)' : 'none'}
                strokeDasharray={machine === undefined ? '3 2' : undefined}
              >
                <title>
                  {machine === undefined
                    ? memory(plan.memoryMib)
                    : `${machine.name}, ${memory(machine.memoryMib)}, ${sayAny(`state.${machine.state}`)}`}
                </title>
              </rect>
              {wide > 40 && tall > 20 && (
                <text
                  x={patch.x + gap + (wide > 80 ? 8 : 5)}
                  y={patch.y + gap + 15}
                  className={machine === undefined || machine.state === 'running' ? 'patch-name' : 'patch-name dim'}
                >
                  {(machine?.name ?? memory(plan.memoryMib)).slice(0, Math.floor((wide - 8) / 6.4))}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
