/** What could not be done, why, and what to do: the same everywhere. */
import type { ReactNode } from 'react';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import './refusal.css';

export function RefusalNote({ refusal, children }: { refusal: RefusalShape; children?: ReactNode }): ReactNode {
  return (
    <div className="refusal" role="alert">
      <b>{refusal.message}</b>
      <span>{refusal.remedy}</span>
      <code>{refusal.code}</code>
      {children}
    </div>
  );
}
