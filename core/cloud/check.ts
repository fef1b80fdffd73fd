/** What has to be built to check a plan: its fullest instance with all machines busy, at several counts, beside what is predicted. */
import { Refusal } from '../base/refusal.ts';
import { type CheckRow, checkPlan } from './measured.ts';
import { memoryLeftMb } from './plan/contention.ts';
import type { Plan, Planner } from './plan/plan.ts';
import { withCount } from './plan/vary.ts';
import type { Scenario } from './scenario.ts';

export interface CheckedClass {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly weight: number;
  /** Percent of one thread; 0 is no limit. */
  readonly capPercent: number;
}

/** An instance to be rented and cut for real; plain data. */
export interface Partition {
  readonly flavour: 'xen' | 'kvm';
  readonly threads: number;
  readonly cores: number;
  readonly smtYield: number;
  readonly memoryMb: number;
  readonly classes: readonly CheckedClass[];
  /** Machines of each class, by class, for each point; in the order in which they are measured. */
  readonly points: readonly (readonly number[])[];
}

/** Work done in one point, by class. */
export interface MeasuredPoint {
  readonly machines: readonly number[];
  /** Of each class: mean over its machines of the work of one alone over the work of this one, in the same time. */
  readonly slowdowns: readonly number[];
  /** Of the machine that got most, and of the one that got least. */
  readonly least: number;
  readonly most: number;
}

/** How far it is; `point` when one has been measured. */
export interface CheckNews {
  readonly done: number;
  readonly of: number;
  readonly step: string;
  readonly point?: MeasuredPoint;
}

export interface PlannedCheck {
  readonly partition: Partition;
  /** By machine count. */
  readonly plans: ReadonlyMap<number, Plan>;
}

/** Quarters of what is planned, and one alone. */
export function countsToCheck(scenario: Scenario): number[] {
  const most = Math.ceil(scenario.guests.reduce((sum, guest) => sum + guest.count, 0) / scenario.instances);
  return [...new Set([1, ...[0.25, 0.5, 0.75, 1].map((part) => Math.max(1, Math.round(part * most)))])].sort((a, b) => a - b);
}

/** The scenario with one instance, on which every machine always wants all its virtual CPUs. */
const allBusy = (scenario: Scenario): Scenario => ({
  ...scenario,
  instances: 1,
  failureReserve: 0,
  guests: scenario.guests.map((guest) => ({
    ...guest,
    load: { ...guest.load, mean: 1, burst: 1, duty: 1 },
    hourly: null,
    correlation: 0,
    waits: { disk: 0, network: 0 },
  })),
});

/** Below this a machine does not boot. */
const LEAST_MB = 64;

/**
 * Memory for each class, such that all machines and the one that a class is cloned from have room at once: what is planned, or
 * all of it made smaller alike, since memory plays no part in what is measured.
 * @throws Refusal if there is no room for machines that boot
 */
function withRoom(classes: readonly CheckedClass[], points: Partition['points'], roomMb: number): CheckedClass[] {
  const most = classes.map((_, index) => Math.max(1, ...points.map((point) => point[index] ?? 0)));
  const largest = Math.max(...classes.map((it) => it.memoryMb));
  const wanted = classes.reduce((sum, it, index) => sum + it.memoryMb * (most[index] ?? 1), largest);
  const part = Math.min(1, roomMb / wanted);
  return classes.map((it) => {
    const memoryMb = part < 1 ? Math.floor(it.memoryMb * part) : it.memoryMb;
    if (memoryMb >= LEAST_MB || part === 1) return { ...it, memoryMb };
    throw new Refusal(
      'check-too-large',
      `There is room for ${memoryMb} MB for each machine of ${it.name}; less than ${LEAST_MB} MB do not boot.`,
      'Check smaller counts, or a bigger type.',
    );
  });
}

/** @throws Refusal for counts that are not whole numbers above zero */
export function plannedCheck(planner: Planner, scenario: Scenario, counts: readonly number[]): PlannedCheck {
  const busy = allBusy(scenario);
  const sized = [...new Set(counts)].sort((a, b) => a - b).map((count) => [count, withCount(busy, count)] as const);
  if (sized.length === 0) throw new Refusal('nothing-to-check', 'There is no count to check.', 'Give counts such as 1,10,20.');
  const setting = planner.setting(busy);
  const { catalogue, type, supply } = setting;
  const classes = busy.guests.map(
    ({ name, vcpus, memoryMb, weight, capPercent }): CheckedClass => ({ name, vcpus, memoryMb, weight, capPercent }),
  );
  const points = sized.map(([, it]) => it.guests.map((guest) => guest.count));
  return {
    partition: {
      flavour: catalogue.flavour,
      threads: supply.threads,
      cores: supply.cores,
      smtYield: supply.smtYield,
      memoryMb: type.memoryGb * 1024,
      classes: withRoom(classes, points, memoryLeftMb(setting)),
      points,
    },
    plans: new Map(sized.map(([count, it]) => [count, planner.planChecked(it)])),
  };
}

/** Measured beside predicted; slowdowns of the machines that got most and least with it. */
export interface MeasuredRow extends CheckRow {
  readonly least: number;
  readonly most: number;
}

/** Over all machines of each point. */
export function checkRows(plans: PlannedCheck['plans'], points: readonly MeasuredPoint[]): MeasuredRow[] {
  return points.flatMap(({ machines, slowdowns, least, most }) => {
    const count = machines.reduce((sum, each) => sum + each, 0);
    const measured = machines.reduce((sum, each, index) => sum + each * (slowdowns[index] ?? 1), 0) / count;
    return checkPlan(plans, new Map([[count, measured]])).map((row) => ({ ...row, least, most }));
  });
}
