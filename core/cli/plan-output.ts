/** A plan for the command line: the headline as JSON, everything as a table. */
import type { Plan } from '../cloud/plan/plan.ts';
import type { Simulated } from '../cloud/simulation/simulation.ts';
import type { Table } from './text-table.ts';

/** Prices in thousandths, as price lists print them; three digits where that would leave less. */
const price = (value: number): number => (Math.abs(value) >= 0.01 ? Number(value.toFixed(3)) : Number(value.toPrecision(3)));
/** Shares in whole percent, as the papers print them. */
const percent = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(2)));
const four = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(4)));

/** Short figures on top, rounded as people quote them; unrounded ones, with their fractions, under `figures`. */
export function headline(plan: Plan, simulated: Simulated | null): object {
  const { cpu, memoryOverload, classes, slowdown } = plan.contention;
  return {
    pricePerVmHour: price(plan.pricePerVmHour),
    ratioToBaseline: percent(plan.ratioToBaseline),
    saving: percent(plan.saving),
    breakEvenCount: plan.breakEvenCount,
    breakEvenUse: percent(plan.breakEvenUse),
    bindingResource: plan.bindingResource,
    currency: plan.currency,
    pricePerHour: price(plan.pricePerHour),
    pricePerVmMonth: Number(plan.pricePerVmMonth.toFixed(2)),
    provider: plan.provider,
    type: plan.type,
    count: plan.count,
    resources: Object.fromEntries(
      plan.resources.map((it) => [
        it.name,
        {
          ratio: four(it.ratio),
          timesBaseline: four(it.timesBaseline),
          promised: it.promised,
          usable: it.usable,
          unit: it.unit,
          roomFor: it.roomFor,
          fits: it.fits,
        },
      ]),
    ),
    contention: { slowdown: four(slowdown), cpu, memoryOverload, classes: classes.map(({ byHour: _, ...it }) => it) },
    parts: plan.parts,
    simulated: simulated === null ? null : { ...simulated, classes: simulated.classes.map(({ curve: _, ...it }) => it) },
    warnings: plan.warnings,
    figures: Object.fromEntries(
      Object.entries(plan.figures).map(([id, it]) => [id, { value: it.value, exact: it.exact, unit: it.unit }]),
    ),
    scenario: plan.scenario,
  };
}

/** One row for each thing a person looks for, most wanted first. */
export function planTable(plan: Plan, simulated: Simulated | null): Table {
  const figures = [
    'pricePerVmHour',
    'pricePerVmMonth',
    'ratioToBaseline',
    'saving',
    'breakEvenCount',
    'breakEvenUse',
    'secondsPerUnit',
    'pricePerUnit',
    'slowdown',
    'nested',
    'cpuP50',
    'cpuP95',
    'cpuP99',
    'cpuOverload',
    'memoryOverload',
    'reservedBreakEven',
  ];
  const rows = figures.flatMap((id) => {
    const it = plan.figures[id];
    return it === undefined ? [] : [[it.title, it.value, it.unit]];
  });
  const resources = plan.resources.map((it) => [
    `${it.name}: promised over usable${it.name === plan.bindingResource ? ' (binds)' : ''}`,
    it.ratio,
    `${it.unit} for each ${it.unit}`,
  ]);
  const parts = plan.parts.filter((it) => it.perHour > 0).map((it) => [`of the price: ${it.id}`, it.share, 'of the total']);
  const simulation = (simulated?.classes ?? []).map((it) => [
    `simulated slowdown of ${it.name}, mean / P95 / P99`,
    `${it.mean.toFixed(3)} / ${it.p95.toFixed(3)} / ${it.p99.toFixed(3)}`,
    `seed ${simulated?.seed}`,
  ]);
  const warnings = plan.warnings.map((it) => [`note: ${it.message}`, null, '']);
  return { header: ['figure', 'value', 'unit'], rows: [...rows, ...resources, ...parts, ...simulation, ...warnings] };
}
