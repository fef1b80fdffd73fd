/** A plan: the answer to a scenario, in closed form, as plain data. */

import type { Figure } from '../figure.ts';
import type { Supply } from '../model/supply.ts';
import { toNumber } from '../rational.ts';
import type { Scenario } from '../scenario.ts';
import { type Contention, contentionKey, contentionOf, type Lattices, lattices } from './contention.ts';
import { type CostPart, costOf, partsOf } from './cost.ts';
import { figuresOf } from './figures.ts';
import { bindingOf, type Resource, type ResourceName, resourcesOf } from './resources.ts';
import { type Catalogues, type Setting, settingFrom, settingOf } from './setting.ts';

export interface Warning {
  readonly code: 'overcommitted' | 'memory-overload' | 'cpu-overload' | 'not-cheaper' | 'unknown-network' | 'rounded-correlation';
  readonly message: string;
}

export interface Plan {
  readonly scenario: Scenario;
  readonly provider: {
    readonly id: string;
    readonly name: string;
    readonly flavour: 'xen' | 'kvm';
    readonly region: string;
    readonly priceDate: string;
  };
  readonly type: string;
  readonly count: number;
  /** Machines on the fullest instance; contention and resources are those of that one. */
  readonly perInstance: number;
  readonly currency: string;
  readonly pricePerHour: number;
  readonly pricePerVmHour: number;
  readonly pricePerVmMonth: number;
  readonly ratioToBaseline: number | null;
  readonly saving: number | null;
  readonly breakEvenCount: number | null;
  /** Part of the hours above which this is cheaper than renting a native instance when it is needed. */
  readonly breakEvenUse: number | null;
  readonly bindingResource: ResourceName;
  readonly resources: readonly Resource[];
  readonly contention: Contention;
  readonly parts: readonly { readonly id: CostPart['id']; readonly perHour: number; readonly share: number }[];
  readonly figures: Readonly<Record<string, Figure>>;
  readonly warnings: readonly Warning[];
}

function warningsOf(setting: Setting, resources: readonly Resource[], contention: Contention, ratio: number | null): Warning[] {
  const warnings: Warning[] = resources
    .filter((it) => !it.fits)
    .map((it) => ({
      code: 'overcommitted',
      message: `${it.name}: ${it.ratio?.toFixed(2)} is promised for each 1 there is, and the limit is ${it.limit}.`,
    }));
  const memory = contention.memoryOverload;
  if (memory.permanent) warnings.push({ code: 'memory-overload', message: 'Working sets never fit into memory.' });
  else if (memory.probability > 0.001)
    warnings.push({
      code: 'memory-overload',
      message: `Working sets do not fit for ${(memory.probability * 100).toPrecision(2)} % of the time.`,
    });
  if (contention.ready > 0.05)
    warnings.push({
      code: 'cpu-overload',
      message: `Machines wait for ${(contention.ready * 100).toPrecision(2)} % of the time in which they want a CPU; above 5 % is commonly felt.`,
    });
  if (ratio !== null && ratio >= 1) warnings.push({ code: 'not-cheaper', message: 'A machine costs no less than the baseline.' });
  if (setting.type.networkMbps === null && setting.scenario.guests.some((guest) => guest.networkMbps.burst > 0)) {
    warnings.push({ code: 'unknown-network', message: `The price list gives no number for the network of ${setting.type.id}.` });
  }
  if (
    setting.scenario.guests.some(
      (guest) => guest.correlation > 0 && (setting.load.classes.find((it) => it.name === guest.name)?.block ?? 0) === 0,
    )
  ) {
    warnings.push({
      code: 'rounded-correlation',
      message: 'A class has too few machines on an instance for its correlation; it is reckoned as none.',
    });
  }
  return warnings;
}

/** Puts the parts together; `contention` may come from an earlier plan with the same key. */
function planFrom(setting: Setting, contention: Contention): Plan {
  const { scenario, catalogue, type, count, perInstance } = setting;
  const resources = resourcesOf(setting);
  const binding = bindingOf(resources);
  const cost = costOf(setting);
  const memory = resources.find((it) => it.name === 'memory')?.ratio ?? 0;
  const parts = partsOf(setting, cost, { cpu: contention.cpu.meanRatio, memory });
  const figures = figuresOf(setting, { cost, parts, contention, resources, binding });
  const value = (id: string): number | null => figures[id]?.value ?? null;
  const total = toNumber(cost.total);
  return {
    scenario,
    provider: {
      id: catalogue.id,
      name: catalogue.name,
      flavour: catalogue.flavour,
      region: catalogue.region,
      priceDate: catalogue.date,
    },
    type: type.id,
    count,
    perInstance: perInstance.reduce((sum, n) => sum + n, 0),
    currency: cost.currency,
    pricePerHour: total,
    pricePerVmHour: toNumber(cost.perMachine),
    pricePerVmMonth: value('pricePerVmMonth') ?? 0,
    ratioToBaseline: value('ratioToBaseline'),
    saving: value('saving'),
    breakEvenCount: value('breakEvenCount'),
    breakEvenUse: value('breakEvenUse'),
    bindingResource: binding.name,
    resources,
    contention,
    parts: parts.map((it) => ({ id: it.id, perHour: toNumber(it.perHour), share: total > 0 ? toNumber(it.perHour) / total : 0 })),
    figures,
    warnings: warningsOf(setting, resources, contention, value('ratioToBaseline')),
  };
}

/** Answers scenarios and remembers the contention of the last ones, so that a slider on prices costs nothing. */
export class Planner {
  readonly #catalogues: Catalogues;
  readonly #lattices: Lattices = lattices();
  readonly #memory = new Map<string, Contention>();
  readonly #remembered: number;

  constructor(catalogues: Catalogues, remembered = 64) {
    this.#catalogues = catalogues;
    this.#remembered = remembered;
  }

  /** Looks up what a scenario names; refuses what is not valid. */
  setting(scenario: unknown): Setting {
    return settingOf(scenario, this.#catalogues);
  }

  plan(scenario: unknown): Plan {
    return this.planOf(this.setting(scenario));
  }

  /** As `plan`, for a scenario that has been checked already. */
  planChecked(scenario: Scenario): Plan {
    return this.planOf(settingFrom(scenario, this.#catalogues));
  }

  planOf(setting: Setting): Plan {
    return planFrom(setting, this.contention(setting));
  }

  /** Contention of the setting's machines on another host; for the picture of ratio against count. */
  contentionOn(setting: Setting, supply: Supply): { cpuP95: number; slowdown: number } {
    const { cpu, slowdown } = contentionOf({ ...setting, supply }, this.#lattices);
    return { cpuP95: cpu.p95, slowdown };
  }

  contention(setting: Setting): Contention {
    const key = contentionKey(setting);
    const known = this.#memory.get(key);
    if (known !== undefined) return known;
    const fresh = contentionOf(setting, this.#lattices);
    for (const oldest of this.#memory.keys()) {
      if (this.#memory.size < this.#remembered) break;
      this.#memory.delete(oldest);
    }
    this.#memory.set(key, fresh);
    return fresh;
  }
}
