/** The empty window: what the program is for, in three steps, and a button that does them. */
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { Answer } from '../../../core/contract/calls.ts';
import { go } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { FirstImage } from './first-image.tsx';

const STEPS: readonly { title: Words; text: Words; tone: string }[] = [
  { title: 'first.rent', text: 'first.rentText', tone: 'var(--thread-0)' },
  { title: 'first.lay', text: 'first.layText', tone: 'var(--thread-2)' },
  { title: 'first.cut', text: 'first.cutText', tone: 'var(--thread-3)' },
];

/** A woven square, half of it already cut. */
function Weave(): ReactNode {
  const cells = Array.from({ length: 64 }, (_, index) => ({ x: index % 8, y: Math.floor(index / 8) }));
  return (
    <svg viewBox="0 0 300 300" className="weave" aria-hidden="true">
      {cells.map(({ x, y }) => {
        const apart = Math.max(0, x + y - 7) * 3;
        const over = (x + y) % 2 === 0;
        return (
          <rect
            key={`${x} ${y}`}
            x={12 + x * 31 + apart}
            y={12 + y * 31 + apart}
            width="28"
            height="28"
            rx={over ? 9 : 4}
            fill={`var(--thread-${[0, 2, 1, 3, 5, 0, 6, 2][(x * 3 + y * 5 + (over ? 1 : 0)) % 8]})`}
            opacity={0.95 - (apart / 24) * 0.55}
          />
        );
      })}
    </svg>
  );
}

export function FirstStart({ catalogue }: { catalogue: Answer<'catalogue.read'> | undefined }): ReactNode {
  const rentable = catalogue?.providers.some((it) => it.rentable) ?? true;
  return (
    <div className="first">
      <div className="first-card">
        <Weave />
        <div className="stack" style={{ gap: 20 }}>
          <h2>{say('first.title')}</h2>
          <ol>
            {STEPS.map((step, index) => (
              <li key={step.title}>
                <span style={{ background: step.tone }}>{index + 1}</span>
                <span>
                  <b>{say(step.title)}</b> {say(step.text)}
                </span>
              </li>
            ))}
          </ol>
          <div className="row">
            <Button variant="contained" size="medium" disabled={!rentable} onClick={() => go('/rent?try=1')}>
              {say('first.try')}
            </Button>
            <Button variant="outlined" size="medium" onClick={() => go('/planner')}>
              {say('first.plan')}
            </Button>
          </div>
          <FirstImage />
          <p className="quiet small">
            {say(rentable ? 'first.local' : 'first.noStack', {
              count: catalogue?.types.length ?? 0,
              lists: catalogue?.providers.length ?? 0,
            })}
          </p>
        </div>
      </div>
    </div>
  );
}
