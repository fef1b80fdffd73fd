/** The short way to a scenario: a type cut into so many machines, each asking for what the baseline offers. */
import { Refusal } from '../base/refusal.ts';
import { typeOf } from './catalogue.ts';
import { type Catalogues, catalogueOf } from './plan/setting.ts';
import { asScenario, type Scenario, type ScenarioInput } from './scenario.ts';

export interface Simple {
  readonly provider: string;
  readonly type: string;
  readonly count: number;
  readonly baseline?: string | undefined;
  readonly instances?: number | undefined;
}

/** CPU-bound machines of the baseline's size; without a baseline, equal parts of the instance. */
export function simpleScenario(simple: Simple, catalogues: Catalogues, more: Partial<ScenarioInput> = {}): Scenario {
  const catalogue = catalogueOf(catalogues, simple.provider);
  const type = typeOf(catalogue, simple.type);
  const { count, instances = 1 } = simple;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new Refusal(
      'scenario-invalid',
      `count: ${count} is not a whole number above zero.`,
      'Give the number of machines, such as 40.',
    );
  }
  const like = simple.baseline === undefined ? null : typeOf(catalogue, simple.baseline);
  const part = instances / count;
  const guest = like
    ? { vcpus: like.cpu.threads, cpuUnits: like.cpu.units, memoryMb: like.memoryGb * 1024, diskGb: like.diskGb }
    : {
        vcpus: Math.max(1, Math.floor(type.cpu.threads * part)),
        cpuUnits: type.cpu.units * part,
        memoryMb: type.memoryGb * 1024 * part,
        diskGb: type.diskGb * part,
      };
  return asScenario({
    name: `${count} on ${type.id}`,
    provider: simple.provider,
    type: simple.type,
    instances,
    guests: [{ count, ...guest }],
    baseline: simple.baseline === undefined ? null : { type: simple.baseline },
    ...more,
  });
}
