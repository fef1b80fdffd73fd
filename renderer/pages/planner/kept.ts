/** Plans that the program keeps for the window under a name, from one start to the next. */
import { useEffect, useState } from 'react';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { run } from '../../parts/run.ts';
import { looksLikePlan } from './draft.ts';

/** Text, since what is kept is JSON and a plan is more than that to the compiler. */
export function usePlansKept(key: string): readonly [readonly PlanScenario[], (plans: readonly PlanScenario[]) => void] {
  const [plans, setPlans] = useState<readonly PlanScenario[]>([]);
  useEffect(() => {
    let over = false;
    run(async () => {
      const { value } = await call('view.read', { key });
      if (!over && typeof value === 'string') setPlans(plansIn(value));
    });
    return () => {
      over = true;
    };
  }, [key]);
  const keep = (next: readonly PlanScenario[]): void => {
    setPlans(next);
    run(() => call('view.write', { key, value: JSON.stringify(next) }));
  };
  return [plans, keep];
}

function plansIn(text: string): PlanScenario[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter(looksLikePlan) : [];
}
