/** The state of a machine or an instance: a mark whose shape says it as well as its colour, and the word. */
import type { ReactNode } from 'react';
import { sayAny } from '../words/say.ts';
import './state.css';

type Shape = 'disc' | 'bars' | 'ring' | 'cross' | 'spin' | 'diamond' | 'square';
interface Mark {
  readonly shape: Shape;
  readonly tone: string;
}

/** States of machines and of instances share words and marks. */
const MARKS: Readonly<Record<string, Mark>> = {
  running: { shape: 'disc', tone: 'running' },
  blanket: { shape: 'disc', tone: 'running' },
  ready: { shape: 'disc', tone: 'accent' },
  paused: { shape: 'bars', tone: 'paused' },
  stopped: { shape: 'ring', tone: 'ink-3' },
  saved: { shape: 'square', tone: 'ink-3' },
  template: { shape: 'diamond', tone: 'accent' },
  crashed: { shape: 'cross', tone: 'failed' },
  failed: { shape: 'cross', tone: 'failed' },
  lost: { shape: 'cross', tone: 'lost' },
  ended: { shape: 'ring', tone: 'ink-3' },
};
const BUSY: Mark = { shape: 'spin', tone: 'busy' };

function drawn(shape: Shape): ReactNode {
  switch (shape) {
    case 'disc':
      return <circle cx="6" cy="6" r="4.5" fill="currentColor" />;
    case 'ring':
      return <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case 'bars':
      return <path d="M2.5 2h2.6v8H2.5zM6.9 2h2.6v8H6.9z" fill="currentColor" />;
    case 'cross':
      return <path d="M2.5 2.5l7 7m0-7l-7 7" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />;
    case 'square':
      return <rect x="2" y="2" width="8" height="8" rx="1" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case 'diamond':
      return <path d="M6 1l5 5-5 5-5-5z" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case 'spin':
      return (
        <path
          d="M6 1.5a4.5 4.5 0 1 1-4.5 4.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
          className="spin"
        />
      );
  }
}

export function StateMark({ state }: { state: string }): ReactNode {
  const mark = MARKS[state] ?? BUSY;
  return (
    <svg
      className="state-mark"
      width="12"
      height="12"
      viewBox="0 0 12 12"
      style={{ color: `var(--${mark.tone})` }}
      role="img"
      aria-label={sayAny(`state.${state}`)}
    >
      {drawn(mark.shape)}
    </svg>
  );
}

export function StateBadge({ state }: { state: string }): ReactNode {
  const tone = (MARKS[state] ?? BUSY).tone;
  return (
    <span className="state-badge" style={{ color: tone === 'ink-3' ? 'var(--ink-2)' : `var(--${tone})` }}>
      <StateMark state={state} />
      {sayAny(`state.${state}`)}
    </span>
  );
}
