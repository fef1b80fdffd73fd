/**
 * The rows behind the planner's pictures; each function is one picture, each row one mark and one line of its table. What takes
 * long comes row by row.
 */
import { Refusal } from '../../base/refusal.ts';
import { wantsThreads } from '../model/offered.ts';
import { guestThreads } from '../model/supply.ts';
import type { Scenario } from '../scenario.ts';
import type { Planner } from './plan.ts';
import { withCount } from './vary.ts';

export interface CurvePoint {
  readonly count: number;
  readonly pricePerVmHour: number;
  readonly baselinePerVmHour: number | null;
  readonly ratioToBaseline: number | null;
  readonly slowdown: number;
  readonly cpuP95: number;
  readonly cpuOverload: number;
  readonly memoryOverload: number;
  readonly bindingResource: string;
}

/** Price and slowdown against count; the crossing with the baseline is at `breakEvenCount` of the plan. */
export function* curve(planner: Planner, scenario: Scenario, counts: readonly number[]): Generator<CurvePoint, void> {
  for (const count of counts) {
    const plan = planner.planChecked(withCount(scenario, count));
    yield {
      count,
      pricePerVmHour: plan.pricePerVmHour,
      baselinePerVmHour: plan.figures.baselinePerHour?.value ?? null,
      ratioToBaseline: plan.ratioToBaseline,
      slowdown: plan.contention.slowdown,
      cpuP95: plan.contention.cpu.p95,
      cpuOverload: plan.contention.cpu.overload,
      memoryOverload: plan.contention.memoryOverload.probability,
      bindingResource: plan.bindingResource,
    };
  }
}

export interface HeatCell {
  /** Virtual CPUs of all machines over threads for guests. */
  readonly ratio: number;
  readonly count: number;
  readonly cpuP95: number;
  readonly slowdown: number;
}

/**
 * Contention by ratio and count: the same virtual CPUs for each thread, as few big instances carry many machines or as many
 * small ones carry few. Colour is P95; what is read off is that many machines share better than few at the same ratio.
 */
export function* heatMap(
  planner: Planner,
  scenario: Scenario,
  ratios: readonly number[],
  counts: readonly number[],
): Generator<HeatCell, void> {
  const [guest] = scenario.guests;
  if (guest === undefined) return;
  for (const ratio of ratios) {
    if (!(ratio > 0 && Number.isFinite(ratio)))
      throw new Refusal('chart-invalid', `The ratio ${ratio} is not above zero.`, 'Give ratios such as 1, 2, 4.');
    for (const count of counts) {
      const setting = planner.setting({ ...scenario, instances: 1, guests: [{ ...guest, count }] });
      const threads = Math.max((count * guest.vcpus) / ratio, guest.vcpus);
      const cores = threads * (setting.supply.cores / setting.supply.threads);
      yield { ratio, count, ...planner.contentionOn(setting, { ...setting.supply, threads, cores, own: 0 }) };
    }
  }
}

export interface HourCell {
  readonly guest: string;
  readonly hour: number;
  /** Mean threads wanted by all machines of the class. */
  readonly threads: number;
  /** Mean over threads for guests. */
  readonly share: number;
}

/** Who wants CPU when: one row for each class and hour of the day. */
export function guestByHour(planner: Planner, scenario: Scenario): HourCell[] {
  const { load, supply } = planner.setting(scenario);
  return load.classes.flatMap((it, index) =>
    Array.from({ length: 24 }, (_, hour): HourCell => {
      const kind = load.hours.find((candidate) => candidate.hours.includes(hour));
      const { idle, burst } = wantsThreads(it);
      const threads = it.count * (idle + (kind?.duty[index] ?? 0) * (burst - idle));
      return { guest: it.name, hour, threads, share: threads / guestThreads(supply) };
    }),
  );
}
