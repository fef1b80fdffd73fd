/** Calls that the planner process answers: pure questions about price and contention. */
import * as z from 'zod';
import { reads } from './call.ts';
import { planCandidates, planPictures, planSimulated, planView } from './plan.ts';
import { machineId } from './shapes.ts';

const scenario = z.record(z.string(), z.json());

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
  'plan.export': reads(
    'planner',
    z.strictObject({ scenario, kind: z.enum(['scenario', 'libvirt', 'xl', 'cloud-init', 'tofu']) }),
    z.object({ text: z.string(), name: z.string() }),
    20_000,
  ),
  'plan.measured': reads('planner', z.strictObject({ machines: z.array(machineId).max(1000) }), z.json(), 20_000),
};
