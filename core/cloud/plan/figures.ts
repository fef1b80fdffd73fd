/** Every figure of a plan with its formula, inputs, sources and dates. */
import { sourceOf } from '../catalogue.ts';
import { exactFigure, type Figure, type FigureInput, figure, moneyInput, type Source } from '../figure.ts';
import { reservedBreakEven } from '../price.ts';
import { fromNumber, multiply, ONE, type Rational, subtract, toDecimal } from '../rational.ts';
import type { Contention } from './contention.ts';
import type { Cost } from './cost.ts';
import { ecuAlone, type Resource } from './resources.ts';
import type { Setting } from './setting.ts';

const ownInput = (name: string, value: number, unit: string): FigureInput => ({ name, value, unit });

function taxInputs({ scenario }: Setting): FigureInput[] {
  const { cpu, disk, network } = scenario.secondLayer.tax;
  return (['cpu', 'disk', 'network'] as const).map((name) => {
    const it = { cpu, disk, network }[name];
    const source: Source = { title: it.source, date: it.date, confidence: it.confidence };
    return { name: `tax on ${name}`, value: it.value, unit: 'of the time', source };
  });
}

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
  const even = baseline.breakEvenCount;
  const fixed = subtract(subtract(cost.total, cost.storage), cost.egress);
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
    figure(even === null ? null : Number(even), {
      id: 'breakEvenCount',
      title: 'Machines from which the fleet is cheaper',
      unit: 'machines',
      formula: `ceiling(cost that does not grow with machines / (price of one ${name} - cost of each machine's storage and egress))`,
      inputs: [moneyInput('cost that does not grow with machines', fixed, unit), ...inputs.slice(1)],
      note: even === null ? "Each machine's storage and egress alone cost more than the baseline." : undefined,
    }),
    figure(belowOne(ratio), {
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

function loadFigures(setting: Setting, contention: Contention, binding: Resource): Figure[] {
  const { supply, catalogue, type } = setting;
  const threads = ownInput('threads', supply.threads, 'threads');
  const own = ownInput('driver domain', supply.own, 'threads');
  const source = sourceOf(catalogue, type.source);
  const { cpu } = contention;
  const formula = 'percentile of the sum of what machines want at a moment / (threads - driver domain)';
  const percentile = (id: string, title: string, value: number): Figure =>
    figure(value, { id, title, unit: 'of supply', formula, inputs: [{ ...threads, source }, own] });
  return [
    figure(binding.ratio, {
      id: 'bindingRatio',
      title: `Binding resource: ${binding.name}`,
      unit: 'of what is usable',
      formula: 'promised / (capacity x (1 - headroom) - own)',
      inputs: [
        ownInput('promised', binding.promised, binding.unit),
        { ...ownInput('capacity', binding.capacity ?? 0, binding.unit), source },
        ownInput('own', binding.own, binding.unit),
      ],
    }),
    percentile('cpuP50', 'CPU demand over supply, median', cpu.p50),
    percentile('cpuP95', 'CPU demand over supply, 95th percentile', cpu.p95),
    percentile('cpuP99', 'CPU demand over supply, 99th percentile', cpu.p99),
    figure(cpu.overload, {
      id: 'cpuOverload',
      title: 'Part of the time in which more CPU is wanted than there is',
      unit: 'of the time',
      formula: 'P(demand > threads - driver domain)',
      inputs: [threads, own],
    }),
    figure(contention.slowdown, {
      id: 'slowdown',
      title: 'Slowdown by the others',
      unit: 'x alone on the instance',
      formula: 'mean time of a busy spell / its time alone',
      inputs: [
        threads,
        ownInput('cores', supply.cores, 'cores'),
        {
          name: 'yield of the second thread',
          value: supply.smtYield,
          unit: 'x',
          source: sourceOf(catalogue, catalogue.cpu.source),
        },
        own,
      ],
    }),
    figure(contention.classes[0]?.nested ?? 1, {
      id: 'nested',
      title: 'Slowdown by nesting',
      unit: 'x on a single layer',
      formula: 'sum over cpu, disk, network of part of the time / (1 - tax)',
      inputs: taxInputs(setting),
    }),
    figure(contention.memoryOverload.probability, {
      id: 'memoryOverload',
      title: 'Part of the time in which working sets do not fit',
      unit: 'of the time',
      formula: 'P(sum of working sets > memory left to machines)',
      inputs: [{ ...ownInput('memory', type.memoryGb, 'GB'), source }],
    }),
  ];
}

function workFigures(setting: Setting, cost: Cost, contention: Contention): Figure[] {
  const work = setting.scenario.unitOfWork;
  const first = contention.classes[0];
  const guest = setting.scenario.guests.find((it) => it.name === first?.name);
  if (work === null || first === undefined || guest === undefined) return [];
  const alone = ecuAlone(setting);
  const cap = guest.capPercent === 0 ? 1 : Math.min(1, guest.capPercent / 100);
  const seconds = (work.ecuSeconds / (alone * cap)) * first.mean;
  const inputs = [
    ownInput('work', work.ecuSeconds, 'ECU s'),
    ownInput('speed of one thread alone', alone, 'ECU'),
    ownInput('slowdown', first.mean, 'x'),
  ];
  const figures = [
    figure(seconds, {
      id: 'secondsPerUnit',
      title: `Time of one ${work.name}`,
      unit: 's',
      formula: 'work / speed of one thread alone x slowdown',
      inputs,
    }),
    figure((Number(toDecimal(cost.perMachine, 12)) * seconds) / 3600, {
      id: 'pricePerUnit',
      title: `Price of one ${work.name}`,
      unit: cost.currency,
      formula: 'price per machine-hour x time / 3600',
      inputs: [...inputs, moneyInput('price per machine-hour', cost.perMachine, `${cost.currency}/h`)],
    }),
  ];
  if (setting.baseline !== null && cost.baseline !== null) {
    const { type, catalogue } = setting.baseline;
    const ecu = (type.cpu.units / type.cpu.threads) * catalogue.cpu.ecuPerUnit;
    const baseSeconds = work.ecuSeconds / ecu;
    const base = [
      ownInput('work', work.ecuSeconds, 'ECU s'),
      { name: 'one thread of the baseline', value: ecu, unit: 'ECU', source: sourceOf(catalogue, type.source) },
    ];
    figures.push(
      figure(baseSeconds, {
        id: 'baselineSecondsPerUnit',
        title: `Time of one ${work.name} on the baseline`,
        unit: 's',
        formula: 'work / one thread of the baseline',
        inputs: base,
      }),
      figure((Number(toDecimal(cost.baseline.perMachine, 12)) * baseSeconds) / 3600, {
        id: 'baselinePricePerUnit',
        title: `Price of one ${work.name} on the baseline`,
        unit: cost.currency,
        formula: 'price of the baseline x time / 3600',
        inputs: base,
      }),
    );
  }
  return figures;
}

/** All figures, by id. */
export function figuresOf(
  setting: Setting,
  cost: Cost,
  contention: Contention,
  binding: Resource,
): Readonly<Record<string, Figure>> {
  const all = [
    ...priceFigures(setting, cost),
    ...baselineFigures(setting, cost),
    ...reservedFigures(setting),
    ...loadFigures(setting, contention, binding),
    ...workFigures(setting, cost, contention),
  ];
  return Object.fromEntries(all.map((it) => [it.id, it]));
}
