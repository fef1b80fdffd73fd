/** Calls that the planner process answers: pure questions about price and contention. */
import * as z from 'zod';
import { reads } from './call.ts';

export const plannerCalls = {
  'plan.evaluate': reads('planner', z.strictObject({ scenario: z.json() }), z.json(), 60_000),
  'plan.sweep': reads('planner', z.strictObject({ scenario: z.json(), sweep: z.json() }), z.json(), 120_000),
};
