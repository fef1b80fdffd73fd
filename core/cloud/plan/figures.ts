/** Every figure of a plan with its formula, inputs, sources and dates: those of money here, those of load beside. */
import { money, sourceOf } from '../catalogue.ts';
import { exactFigure, type Figure, type FigureInput, figure, moneyInput } from '../figure.ts';
import { reservedBreakEven } from '../price.ts';
import { fromNumber, multiply, ONE, type Rational, subtract, toDecimal } from '../rational.ts';
import type { Contention } from './contention.ts';
import type { BaselineCost, Cost, CostPart } from './cost.ts';
import { loadFigures, ownInput, resourceFigures, taxInputs, workFigures } from './figures-load.ts';
import type { Resource } from './resources.ts';
import type { Setting } from './setting.ts';

function priceFigures(setting: Setting, cost: Cost): Figure[] {
  const { scenario, catalogue, count, hours } = setting;
  const unit = `${cost.currency}/h`;
  const machines = ownInput('machines', count, 'machines');
  const storage = sourceOf(catalogue, catalogue.storage.source);
  const egress = sourceOf(catalogue, catalogue.egress.source);
  const totalInputs = [
    ownInput('instances', scenario.instances, 'instances'),
    ownInput('failure reserve', scenario.failureReserve, 'instances'),
    moneyInput('price of an instance', cost.instance, unit, cost.instanceFigure.inputs[0]?.source),
    moneyInput('interruptions', cost.interruptions, unit),
    moneyInput('storage', cost.storage, unit, storage),
    moneyInput('egress', cost.egress, unit, egress),
  ];
  const total = exactFigure(cost.total, {
    id: 'pricePerHour',
    title: 'Price of the fleet per hour',
    unit,
    formula: '(instances + failure reserve) x price of an instance + interruptions + storage + egress',
    inputs: totalInputs,
  });
  const perMachine = exactFigure(cost.perMachine, {
    id: 'pricePerVmHour',
    title: 'Price per machine-hour',
    unit,
    formula: 'price of the fleet per hour / machines',
    inputs: [moneyInput('price of the fleet per hour', cost.total, unit, cost.instanceFigure.inputs[0]?.source), machines],
  });
  const month = exactFigure(multiply(cost.perMachine, fromNumber(hours)), {
    id: 'pricePerVmMonth',
    title: 'Price per machine and month',
    unit: `${cost.currency}/month`,
    formula: 'price per machine-hour x hours per month',
    inputs: [moneyInput('price per machine-hour', cost.perMachine, unit), ownInput('hours per month', hours, 'h')],
  });
  return [cost.instanceFigure, total, perMachine, month];
}

function baselineFigures(setting: Setting, cost: Cost): Figure[] {
  const { baseline } = cost;
  if (baseline === null) return [];
  const unit = `${cost.currency}/h`;
  const source = baseline.figure.inputs[0]?.source;
  const name = setting.baseline?.type.id ?? 'baseline';
  const inputs = [
    moneyInput('price per machine-hour', cost.perMachine, unit, cost.instanceFigure.inputs[0]?.source),
    moneyInput(`price of one ${name}`, baseline.perMachine, unit, source),
  ];
  const ratio = baseline.ratio;
  const note = 'A price of 47 % of the baseline is a saving of 53 %, not a reduction by 47 %.';
  return [
    exactFigure(baseline.perMachine, {
      id: 'baselinePerHour',
      title: `Price of one ${name} per hour`,
      unit,
      formula: 'price of the type + its storage and egress',
      inputs: inputs.slice(1),
    }),
    exactFigure(ratio, {
      id: 'ratioToBaseline',
      title: 'Price as a part of the baseline',
      unit: 'of the baseline',
      formula: `price per machine-hour / price of one ${name}`,
      inputs,
      note,
    }),
    exactFigure(subtract(ONE, ratio), {
      id: 'saving',
      title: 'Saving against the baseline',
      unit: 'of the baseline',
      formula: `1 - price per machine-hour / price of one ${name}`,
      inputs,
      note,
    }),
    ...breakEvenFigures(cost, baseline, { name, inputs }),
  ];
}

function breakEvenFigures(
  cost: Cost,
  baseline: BaselineCost,
  { name, inputs }: { name: string; inputs: readonly FigureInput[] },
): Figure[] {
  const even = baseline.breakEvenCount;
  const fixed = subtract(subtract(cost.total, cost.storage), cost.egress);
  return [
    figure(even === null ? null : Number(even), {
      id: 'breakEvenCount',
      title: 'Machines from which the fleet is cheaper',
      unit: 'machines',
      formula: `ceiling(cost that does not grow with machines / (price of one ${name} - cost of each machine's storage and egress))`,
      inputs: [moneyInput('cost that does not grow with machines', fixed, `${cost.currency}/h`), ...inputs.slice(1)],
      note: even === null ? "Each machine's storage and egress alone cost more than the baseline." : undefined,
    }),
    figure(belowOne(baseline.ratio), {
      id: 'breakEvenUse',
      title: 'Use from which the fleet is cheaper',
      unit: 'of the hours',
      formula: `price per machine-hour / price of one ${name}`,
      inputs,
      note: 'If a machine is needed for a smaller part of the hours, a native instance rented for those hours only is cheaper.',
    }),
  ];
}

const belowOne = (ratio: Rational): number | null => (ratio.n > ratio.d ? null : Number(toDecimal(ratio, 9)));

function reservedFigures({ scenario, type, catalogue }: Setting): Figure[] {
  if (!type.prices.some((it) => it.model === 'reserved') || !type.prices.some((it) => it.model === 'on-demand')) return [];
  const choice = scenario.price.model === 'reserved' ? scenario.price : { model: 'reserved' as const };
  const share = reservedBreakEven(type, choice);
  const text = {
    id: 'reservedBreakEven',
    title: 'Use from which a reservation is cheaper than on demand',
    unit: 'of the hours',
    formula: 'upfront per hour / (on demand - rate), or (upfront per hour + rate) / on demand if the rate is always due',
  };
  const inputs = type.prices
    .filter((it) => it.model !== 'spot')
    .map((it) => ({
      name: it.model === 'reserved' ? `reserved ${it.termYears}y ${it.option}` : it.model,
      value: it.perHour,
      unit: `${catalogue.currency}/h`,
      source: sourceOf(catalogue, it.source),
    }));
  return [share === null ? figure(null, { ...text, inputs, note: 'It never is.' }) : exactFigure(share, { ...text, inputs })];
}

const PARTS: Readonly<Record<CostPart['id'], { readonly title: string; readonly formula: string }>> = {
  guests: { title: 'What machines use', formula: 'price of the instances x (CPU used without its tax + memory promised) / 2' },
  tax: {
    title: 'What the second layer takes',
    formula: 'price of the instances x (CPU of the driver domain + tax on CPU used + its memory) / 2',
  },
  idle: { title: 'What nobody uses', formula: 'price of the instances - what machines use - what the second layer takes' },
  reserve: { title: 'Failure reserve', formula: 'failure reserve x price of an instance' },
  interruptions: {
    title: 'Interruptions',
    formula: 'price of the instances x lost / (1 - lost); lost = interruptions x minutes / hours',
  },
  storage: { title: 'Storage', formula: 'GB that are bought x price per GB-month / hours per month' },
  egress: { title: 'Egress', formula: 'GB per month x price per GB / hours per month' },
};

function partFigures(setting: Setting, cost: Cost, parts: readonly CostPart[]): Figure[] {
  const { catalogue, scenario } = setting;
  const unit = `${cost.currency}/h`;
  const inputs = (id: CostPart['id']): FigureInput[] => {
    if (id === 'storage')
      return [
        moneyInput(
          'price per GB-month',
          money(catalogue.storage.perGbMonth),
          catalogue.currency,
          sourceOf(catalogue, catalogue.storage.source),
        ),
      ];
    if (id === 'egress')
      return [
        moneyInput(
          'price per GB',
          money(catalogue.egress.perGb),
          catalogue.currency,
          sourceOf(catalogue, catalogue.egress.source),
        ),
      ];
    const price = moneyInput('price of the instances', cost.instances, unit, cost.instanceFigure.inputs[0]?.source);
    return id === 'tax'
      ? [price, ...taxInputs(setting).slice(0, 1)]
      : id === 'interruptions'
        ? [price, ownInput('minutes lost', scenario.spot.minutesLost, 'min')]
        : [price];
  };
  return parts.map((it) =>
    exactFigure(it.perHour, {
      id: `part-${it.id}`,
      title: PARTS[it.id].title,
      unit,
      formula: PARTS[it.id].formula,
      inputs: inputs(it.id),
    }),
  );
}

export interface Reckoned {
  readonly cost: Cost;
  readonly parts: readonly CostPart[];
  readonly contention: Contention;
  readonly resources: readonly Resource[];
  readonly binding: Resource;
}

/** All figures, by id. */
export function figuresOf(
  setting: Setting,
  { cost, parts, contention, resources, binding }: Reckoned,
): Readonly<Record<string, Figure>> {
  const all = [
    ...priceFigures(setting, cost),
    ...partFigures(setting, cost, parts),
    ...baselineFigures(setting, cost),
    ...reservedFigures(setting),
    ...resourceFigures(setting, resources, binding),
    ...loadFigures(setting, contention),
    ...workFigures(setting, cost, contention),
  ];
  return Object.fromEntries(all.map((it) => [it.id, it]));
}
