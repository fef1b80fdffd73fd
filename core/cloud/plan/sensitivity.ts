/** Which input moves the answer most: each one down and up by itself, the others as they are (tornado). */
import { Refusal } from '../../base/refusal.ts';
import type { Scenario } from '../scenario.ts';
import type { Plan, Planner } from './plan.ts';
import { valueAt, withValue } from './vary.ts';

const OUTCOMES = {
  pricePerVmHour: (plan: Plan): number | null => plan.pricePerVmHour,
  slowdown: (plan: Plan): number | null => plan.contention.slowdown,
  cpuP95: (plan: Plan): number | null => plan.contention.cpu.p95,
  memoryOverload: (plan: Plan): number | null => plan.contention.memoryOverload.probability,
  pricePerUnit: (plan: Plan): number | null => plan.figures.pricePerUnit?.value ?? null,
} as const;
export type Outcome = keyof typeof OUTCOMES;

export interface Bar {
  readonly path: string;
  readonly title: string;
  readonly low: { readonly value: number; readonly outcome: number | null };
  readonly high: { readonly value: number; readonly outcome: number | null };
  /** Distance between the outcomes; bars come with the widest first. */
  readonly swing: number;
}

interface Input {
  readonly path: string;
  readonly title: string;
  /** Stays between these; whole numbers only if so. */
  readonly least: number;
  readonly most: number;
  readonly whole?: true;
}

function inputsOf(scenario: Scenario): Input[] {
  const guests = scenario.guests.flatMap((guest, index): Input[] => {
    const at = `guests.${index}`;
    const of = scenario.guests.length > 1 ? ` of ${guest.name}` : '';
    return [
      { path: `${at}.count`, title: `Machines${of}`, least: 1, most: 100_000, whole: true },
      { path: `${at}.load.mean`, title: `Mean load${of}`, least: 0.001, most: guest.load.burst },
      { path: `${at}.load.burstSeconds`, title: `Length of a busy spell${of}`, least: 0.1, most: 86_400 },
      { path: `${at}.memoryMb`, title: `Memory${of}`, least: 1, most: 1e9 },
      { path: `${at}.correlation`, title: `Correlation${of}`, least: 0, most: 1 },
      { path: `${at}.egressGbPerMonth`, title: `Egress${of}`, least: 0, most: 1e9 },
    ];
  });
  return [
    ...guests,
    { path: 'instances', title: 'Instances', least: 1, most: 10_000, whole: true },
    { path: 'hoursPerMonth', title: 'Hours a month', least: 1, most: 744 },
    { path: 'secondLayer.driverThreads', title: 'Driver domain, CPU', least: 0, most: 4096 },
    { path: 'secondLayer.driverMemoryMb', title: 'Driver domain, memory', least: 0, most: 1e9 },
    { path: 'secondLayer.tax.cpu.value', title: 'Tax on CPU', least: 0, most: 0.99 },
    { path: 'spot.minutesLost', title: 'Minutes lost by an interruption', least: 0, most: 1440 },
  ];
}

/** Outcomes with each input lowered and raised by `by` (0.2 is a fifth), one by one. Inputs that are zero or not set are left out. */
export function* bars(planner: Planner, scenario: Scenario, outcome: Outcome, by = 0.2): Generator<Bar, void> {
  if (!(by > 0 && by < 1))
    throw new Refusal('sensitivity-invalid', `The change ${by} is not between 0 and 1.`, 'Give a part such as 0.2 for a fifth.');
  const of = OUTCOMES[outcome];
  const at = (path: string, value: number): number | null => {
    try {
      return of(planner.planChecked(withValue(scenario, path, value)));
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  };
  for (const input of inputsOf(scenario)) {
    const value = valueAt(scenario, input.path);
    if (typeof value !== 'number' || value === 0) continue;
    const moved = (factor: number): number => {
      const raw = Math.min(input.most, Math.max(input.least, value * factor));
      return input.whole ? Math.max(1, factor < 1 ? Math.floor(raw) : Math.ceil(raw)) : raw;
    };
    const low = { value: moved(1 - by), outcome: at(input.path, moved(1 - by)) };
    const high = { value: moved(1 + by), outcome: at(input.path, moved(1 + by)) };
    const swing = low.outcome === null || high.outcome === null ? 0 : Math.abs(high.outcome - low.outcome);
    yield { path: input.path, title: input.title, low, high, swing };
  }
}

export const widestFirst = (all: readonly Bar[]): Bar[] =>
  [...all].sort((a, b) => b.swing - a.swing || (a.path < b.path ? -1 : 1));
