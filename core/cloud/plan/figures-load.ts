/** The figures of resources, contention and work, each with its formula, inputs, sources and dates. */
import { sourceOf } from '../catalogue.ts';
import { type Figure, type FigureInput, figure, moneyInput, type Source } from '../figure.ts';
import { toDecimal } from '../rational.ts';
import { type Contention, memoryLeftMb } from './contention.ts';
import type { Cost } from './cost.ts';
import { ecuAlone, ecuOfThread, type Resource } from './resources.ts';
import type { Setting } from './setting.ts';

/** An input that needs no source: it comes from the scenario, or was reckoned. */
export const ownInput = (name: string, value: number, unit: string): FigureInput => ({ name, value, unit });

export function taxInputs({ scenario }: Setting): FigureInput[] {
  const { cpu, disk, network } = scenario.secondLayer.tax;
  return (['cpu', 'disk', 'network'] as const).map((name) => {
    const it = { cpu, disk, network }[name];
    const source: Source = { title: it.source, date: it.date, confidence: it.confidence };
    return { name: `tax on ${name}`, value: it.value, unit: 'of the time', source };
  });
}

const TITLES = { cpu: 'CPU', memory: 'Memory', disk: 'Disk', network: 'Network' } as const;

/** One for each resource, and once more for the one that binds. */
export function resourceFigures(
  { catalogue, type, scenario }: Setting,
  resources: readonly Resource[],
  binding: Resource,
): Figure[] {
  const source = sourceOf(catalogue, type.source);
  const of = (it: Resource, id: string, title: string): Figure =>
    figure(it.ratio, {
      id,
      title,
      unit: 'of what is usable',
      formula: 'promised / (capacity x (1 - headroom) - own)',
      inputs: [
        ownInput('promised', it.promised, it.unit),
        { name: 'capacity', value: it.capacity ?? 'not in the price list', unit: it.unit, source },
        ownInput('headroom', scenario.headroom, 'of the capacity'),
        ownInput('own', it.own, it.unit),
      ],
    });
  return [
    ...resources.map((it) => of(it, `${it.name}Ratio`, `${TITLES[it.name]}: promised over usable`)),
    of(binding, 'bindingRatio', `Binding resource: ${binding.name}`),
  ];
}

function memoryFigures(setting: Setting, { memory, memoryOverload }: Contention): Figure[] {
  const source = sourceOf(setting.catalogue, setting.type.source);
  const inputs: FigureInput[] = [
    { ...ownInput('memory of the instance', setting.type.memoryGb, 'GB'), source },
    ownInput('left to machines', memoryLeftMb(setting), 'MB'),
  ];
  const of = (id: string, title: string, value: number | null, unit: string, formula: string): Figure =>
    figure(value, { id, title, unit, formula, inputs });
  const percentile = 'percentile of the sum of working sets / memory left to machines';
  return [
    of('memoryP95', 'Working sets over memory, 95th percentile', memory.p95, 'of supply', percentile),
    of('memoryP99', 'Working sets over memory, 99th percentile', memory.p99, 'of supply', percentile),
    of(
      'memoryOverload',
      'Part of the time in which working sets do not fit',
      memoryOverload.probability,
      'of the time',
      'P(sum of working sets > memory left to machines)',
    ),
    of(
      'memoryOverloadSeconds',
      'Mean length of a memory overload',
      memoryOverload.meanSeconds,
      's',
      'part of the time / overloads that begin in that time',
    ),
    of(
      'memoryTransient',
      'Memory overloads that are over within two minutes',
      memoryOverload.transientShare,
      'of overloads',
      '1 - e^(-120 s / mean length)',
    ),
  ];
}

export function loadFigures(setting: Setting, contention: Contention): Figure[] {
  const { supply, catalogue, type } = setting;
  const threads = ownInput('threads', supply.threads, 'threads');
  const own = ownInput('driver domain', supply.own, 'threads');
  const source = sourceOf(catalogue, type.source);
  const { cpu } = contention;
  const formula = 'percentile of the sum of what machines want at a moment / (threads - driver domain)';
  const percentile = (id: string, title: string, value: number): Figure =>
    figure(value, { id, title, unit: 'of supply', formula, inputs: [{ ...threads, source }, own] });
  return [
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
    ...memoryFigures(setting, contention),
  ];
}

export function workFigures(setting: Setting, cost: Cost, contention: Contention): Figure[] {
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
  return [
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
    ...baselineWorkFigures(setting, cost, work),
  ];
}

function baselineWorkFigures({ baseline }: Setting, cost: Cost, work: { name: string; ecuSeconds: number }): Figure[] {
  if (baseline === null || cost.baseline === null) return [];
  const { type, catalogue } = baseline;
  const ecu = ecuOfThread(catalogue, type);
  const seconds = work.ecuSeconds / ecu;
  const inputs = [
    ownInput('work', work.ecuSeconds, 'ECU s'),
    { name: 'one thread of the baseline', value: ecu, unit: 'ECU', source: sourceOf(catalogue, type.source) },
  ];
  return [
    figure(seconds, {
      id: 'baselineSecondsPerUnit',
      title: `Time of one ${work.name} on the baseline`,
      unit: 's',
      formula: 'work / one thread of the baseline',
      inputs,
    }),
    figure((Number(toDecimal(cost.baseline.perMachine, 12)) * seconds) / 3600, {
      id: 'baselinePricePerUnit',
      title: `Price of one ${work.name} on the baseline`,
      unit: cost.currency,
      formula: 'price of the baseline x time / 3600',
      inputs: [...inputs, moneyInput('price of the baseline', cost.baseline.perMachine, `${cost.currency}/h`)],
    }),
  ];
}
