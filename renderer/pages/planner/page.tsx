/** The planner. */
import type { ReactNode } from 'react';
import { Empty } from '../../parts/empty.tsx';
import { say } from '../../words/say.ts';

export function PlannerPage(): ReactNode {
  return <Empty title={say('nav.planner')} text={say('planner.text')} />;
}
