/** A scenario with everything it names looked up: the lists, the types, the spread over instances. */
import { Refusal } from '../../base/refusal.ts';
import { type Catalogue, type InstanceType, typeOf } from '../catalogue.ts';
import { type Load, loadOf } from '../model/load.ts';
import type { Supply } from '../model/supply.ts';
import { asScenario, type Scenario, totalCount } from '../scenario.ts';

/** The price lists at hand, by id. */
export type Catalogues = ReadonlyMap<string, Catalogue>;

export interface Setting {
  readonly scenario: Scenario;
  readonly catalogue: Catalogue;
  readonly type: InstanceType;
  readonly baseline: { readonly catalogue: Catalogue; readonly type: InstanceType } | null;
  /** Machines in all classes on all instances. */
  readonly count: number;
  /** Machines of each class on the fullest instance. */
  readonly perInstance: readonly number[];
  readonly load: Load;
  readonly supply: Supply;
  /** Hours a month in which the instances run. */
  readonly hours: number;
  /** Of the hours of a month. */
  readonly runningShare: number;
}

export function catalogueOf(catalogues: Catalogues, id: string): Catalogue {
  const found = catalogues.get(id);
  if (found !== undefined) return found;
  throw new Refusal(
    'no-such-provider',
    `There is no price list called ${id || '(empty)'}.`,
    `Choose one of: ${[...catalogues.keys()].join(', ')}.`,
  );
}

function supplyOf(scenario: Scenario, catalogue: Catalogue, type: InstanceType): Supply {
  const threads = scenario.cpu.threads ?? type.cpu.threads;
  const cores = Math.min(scenario.cpu.cores ?? (scenario.cpu.threads === null ? type.cpu.cores : threads), threads);
  return { threads, cores, smtYield: scenario.cpu.smtYield ?? catalogue.cpu.smtYield, own: scenario.secondLayer.driverThreads };
}

/** Checks a scenario from outside and looks up what it names. */
export const settingOf = (input: unknown, catalogues: Catalogues): Setting => settingFrom(asScenario(input), catalogues);

/** Looks up what a checked scenario names; refuses what cannot be meant. */
export function settingFrom(scenario: Scenario, catalogues: Catalogues): Setting {
  const catalogue = catalogueOf(catalogues, scenario.provider);
  const type = typeOf(catalogue, scenario.type);
  const supply = supplyOf(scenario, catalogue, type);
  if (supply.own >= supply.threads) {
    throw new Refusal(
      'scenario-invalid',
      `secondLayer.driverThreads: ${supply.own} is not less than the ${supply.threads} threads of ${type.id}.`,
      'Give the driver domain less, or choose a bigger type.',
    );
  }
  const perInstance = scenario.guests.map((guest) => Math.ceil(guest.count / scenario.instances));
  for (const guest of scenario.guests) {
    if (guest.vcpus > supply.threads) {
      throw new Refusal(
        'scenario-invalid',
        `guests.${guest.name}.vcpus: ${guest.vcpus} is more than the ${supply.threads} threads of ${type.id}.`,
        'Give it fewer virtual CPUs, or choose a bigger type.',
      );
    }
  }
  const hours = scenario.hoursPerMonth ?? catalogue.billing.hoursPerMonth;
  const from = scenario.baseline;
  const other = from === null ? null : catalogueOf(catalogues, from.provider ?? scenario.provider);
  if (other !== null && other.currency !== catalogue.currency) {
    throw new Refusal(
      'currency-mixed',
      `${catalogue.name} is in ${catalogue.currency} and ${other.name} in ${other.currency}.`,
      'Compare price lists in one currency.',
    );
  }
  return {
    scenario,
    catalogue,
    type,
    baseline: from === null || other === null ? null : { catalogue: other, type: typeOf(other, from.type) },
    count: totalCount(scenario),
    perInstance,
    load: loadOf(scenario.guests, perInstance),
    supply,
    hours,
    runningShare: Math.min(1, hours / catalogue.billing.hoursPerMonth),
  };
}
