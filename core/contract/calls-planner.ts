/** Calls that the planner process answers: questions about price and contention, and the check of a plan on the emulated stack. */
import * as z from 'zod';
import { changes, reads } from './call.ts';
import { planCandidates, planCheck, planPictures, planSimulated, planSwept, planView } from './plan.ts';
import { loadTrace } from './plan-load.ts';
import { planGuests, planScenario } from './plan-scenario.ts';
import { count, taskId } from './shapes.ts';

const scenario = planScenario;
const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export const PLAN_EXPORTS = ['scenario', 'libvirt', 'xl', 'cloud-init', 'tofu'] as const;

export const plannerCalls = {
  'plan.evaluate': reads('planner', z.strictObject({ scenario }), planView, 20_000),
  'plan.pictures': reads(
    'planner',
    z.strictObject({ scenario, counts: z.array(z.number().int().min(1).max(5000)).max(200) }),
    planPictures,
    60_000,
  ),
  /** Types against each other; called again until done equals total. */
  'plan.pareto': reads('planner', z.strictObject({ scenario }), planCandidates, 60_000),
  /** The simulation, one better answer each time it is asked again for the same scenario. */
  'plan.refine': reads('planner', z.strictObject({ scenario }), planSimulated, 60_000),
  /** Many scenarios: rows from `from` on as far as they are reckoned; called again until done equals total, or left. */
  'plan.sweep': reads(
    'planner',
    z.strictObject({
      scenario,
      axes: z
        .array(z.strictObject({ path: z.string().min(1).max(120), values: z.array(scalar).min(1).max(10_000) }))
        .min(1)
        .max(4),
      from: count,
    }),
    planSwept,
    60_000,
  ),
  /** Begins to build the partition and to measure it at these counts of machines on one instance (one, and each quarter of the plan). */
  'plan.check': changes(
    'planner',
    z.strictObject({ scenario, counts: z.array(z.number().int().min(1).max(200)).min(1).max(12).optional() }),
    z.object({ task: taskId }),
  ),
  /** What the check of this scenario has found so far. */
  'plan.checked': reads('planner', z.strictObject({ scenario }), planCheck),
  'plan.export': reads(
    'planner',
    z.strictObject({ scenario, kind: z.enum(PLAN_EXPORTS) }),
    z.object({ text: z.string(), name: z.string() }),
    20_000,
  ),
  /** A scenario from a file that a person chose. */
  'plan.open': reads('planner', z.strictObject({ path: z.string().max(4096) }), z.object({ scenario }), 20_000),
  /** Guest classes from the measured load of machines. */
  'plan.measured': reads(
    'planner',
    z.strictObject({ machines: z.array(loadTrace).min(1).max(1000) }),
    z.object({ guests: planGuests }),
    20_000,
  ),
};
