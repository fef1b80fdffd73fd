/**
 * The subject `planner`: what it predicts of the papers' partition beside the emulated stack that runs it, and how fast it answers.
 *
 * Prediction and measurement share the figures of the price list (threads, cores, what a core yields with both threads busy);
 * the prediction knows nothing of the scheduler's slices, of ticks, page faults and hypercalls, all of which are run.
 */
import { cataloguesFrom } from '../../cli/catalogue-files.ts';
import { measuredRows } from '../../cli/plan-stack.ts';
import type { MeasuredRow } from '../../cloud/check.ts';
import { Planner } from '../../cloud/plan/plan.ts';
import { sweep } from '../../cloud/plan/sweep.ts';
import { withValue } from '../../cloud/plan/vary.ts';
import { asScenario } from '../../cloud/scenario.ts';
import { THOUSAND } from '../../cloud/testing/scenarios.ts';
import { median } from './rounds.ts';
import type { Case, Contestant, Readings, Subject } from './subject.ts';

/** The papers' counts and machines (EuroSys 2012, section 5.2), on their cluster 4XL and on a provider of the other flavour. */
const COUNTS = [1, 10, 20, 30, 40] as const;
const MACHINE_MB = 544;
const INSTANCES = [
  { provider: 'ec2-2012', type: 'cc1.4xlarge', flavour: 'Xen' },
  { provider: 'gce-kvm', type: 'e2-standard-16', flavour: 'KVM' },
] as const;
type Rented = (typeof INSTANCES)[number];
/** How far measured may be from predicted. */
const TOLERANCE = 0.1;
/** A slider must not be felt to lag. */
const SLIDER_MS = 100;
/** In one run. */
const SLIDER_MOVES = 100;

/** Measures once: with the same inputs every run is the same run. */
function measurement(planner: Planner, { provider, type }: Rented): () => ReadonlyMap<number, MeasuredRow> {
  let rows: ReadonlyMap<number, MeasuredRow> | undefined;
  const guests = [{ count: Math.max(...COUNTS), memoryMb: MACHINE_MB }];
  const scenario = asScenario({ provider, type, guests });
  return () => {
    rows ??= new Map(measuredRows(planner, scenario, COUNTS).map((row) => [row.count, row]));
    return rows;
  };
}

function checked(count: number, { type, flavour }: Rented, rows: () => ReadonlyMap<number, MeasuredRow>): Case {
  const contestant = (name: 'measured' | 'predicted'): Contestant => ({
    name,
    run: () => ({ slowdown: rows().get(count)?.[name] ?? Number.NaN }),
  });
  return {
    name: `slowdown of ${count} CPU-bound machines on ${type} (${flavour}), against one alone`,
    contestants: [contestant('measured'), contestant('predicted')],
    bounds: [{ quantity: 'slowdown', of: 'measured', against: 'predicted', atMost: 1 + TOLERANCE, atLeast: 1 - TOLERANCE }],
  };
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function slider(planner: Planner): Case {
  planner.plan(THOUSAND);
  let moves = 0;
  const run = (): Readings => {
    const times = Array.from({ length: SLIDER_MOVES }, () => {
      // A value that was not asked before: nothing is remembered.
      moves += 1;
      const moved = withValue(THOUSAND, 'guests.0.load.mean', 0.1 + moves / 10_000);
      return milliseconds(() => planner.plan(moved));
    }).sort((x, y) => x - y);
    return { answer: median(times), late: times[Math.ceil(0.95 * SLIDER_MOVES) - 1] ?? Number.NaN };
  };
  return {
    name: 'a slider moves in a plan of 1,000 machines in three classes over the day',
    contestants: [{ name: 'planner', run }],
    bounds: [{ quantity: 'late', of: 'planner', atMost: SLIDER_MS }],
  };
}

function sweeping(planner: Planner): Case {
  const base = asScenario({
    provider: 'ec2-xen',
    type: 'm4.10xlarge',
    guests: [{ count: 10, memoryMb: 1024, load: { mean: 0.3 } }],
    baseline: { type: 't2.small' },
  });
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  const axes = [
    { path: 'count', values: hundred },
    { path: 'guests.0.load.mean', values: hundred.map((it) => it / 100) },
  ];
  const run = (): Readings => ({
    answer: milliseconds(() => {
      for (const _ of sweep(planner, base, { axes }));
    }),
  });
  return { name: '10,000 plans are swept', contestants: [{ name: 'planner', run }] };
}

async function cases(): Promise<Case[]> {
  const planner = new Planner(await cataloguesFrom([]));
  const partitions = INSTANCES.flatMap((rented) => {
    const rows = measurement(planner, rented);
    return COUNTS.map((count) => checked(count, rented, rows));
  });
  return [...partitions, slider(planner), sweeping(planner)];
}

export const planner: Subject = {
  summary: 'measured beside predicted slowdown of the partition of the papers, and how fast plans are answered',
  cases,
};
