/** `blanket plan`: what cutting an instance into many machines saves, and what it costs in performance. */
import { Command, Option } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { EXPORT_KINDS, type ExportKind, exportedPlan } from '../../cloud/export/plan.ts';
import { explain } from '../../cloud/figure.ts';
import { type Plan, Planner } from '../../cloud/plan/plan.ts';
import { withCount, withValue } from '../../cloud/plan/vary.ts';
import { asScenario, parseScenario, type Scenario, type ScenarioInput } from '../../cloud/scenario.ts';
import { simpleScenario } from '../../cloud/simple.ts';
import { Simulation } from '../../cloud/simulation/simulation.ts';
import { cataloguesFrom, textOf } from '../catalogue-files.ts';
import { positiveNumber, several, wholeNumber } from '../options.ts';
import { headline, planTable } from '../plan-output.ts';
import { checkTable, measuredGuests } from '../plan-stack.ts';
import { curveTable, paretoTable, sensitivityTable, sweepTable } from '../plan-tables.ts';
import { type Table, tableCsv, tableText } from '../text-table.ts';

const HELP = `
A plan compares one big instance, cut into machines, with as many native instances (--baseline).

  blanket plan --provider ec2-2012 --type cc1.4xlarge --count 40 --baseline m1.small

reckons the case of the Xen-Blanket paper (EuroSys 2012, section 5.2): a machine-hour costs $0.040, which is 47 % OF
the price of a small instance, so it SAVES 53 %. Slides that quote the paper speak of a "47 % price reduction"; that
wording is wrong: 0.040 / 0.085 = 0.47 is what is left to pay. ratioToBaseline is 0.47 and saving is 0.53.
From 19 machines on the big instance is cheaper.

A file from --export scenario can be edited and given as the argument; --set changes single inputs of it.
Every figure explains itself: --explain pricePerVmHour, or --explain all.`;

interface Options {
  readonly provider?: string;
  readonly type?: string;
  readonly count?: number;
  readonly baseline?: string;
  readonly instances?: number;
  readonly price: 'on-demand' | 'reserved' | 'spot';
  readonly term?: number;
  readonly priceOption?: string;
  readonly catalogue: string[];
  readonly set: string[];
  readonly format: 'table' | 'json' | 'csv';
  readonly counts?: number[];
  readonly simulate?: number;
  readonly seed?: number;
  readonly explain?: string;
  readonly sensitivity?: 'pricePerVmHour' | 'slowdown' | 'cpuP95' | 'memoryOverload' | 'pricePerUnit';
  readonly pareto?: boolean;
  readonly check?: number[] | true;
  readonly measured?: string | true;
  readonly attach?: string;
  readonly sweep?: string;
  readonly export?: ExportKind;
}

const machines = wholeNumber(1, 100_000);

export function planCommand(): Command {
  return new Command('plan')
    .description('Reckon what cutting an instance into machines costs and saves.')
    .argument('[scenario]', 'a scenario file; without it, --provider, --type and --count are needed')
    .option('--provider <id>', 'price list')
    .option('--type <id>', 'instance type')
    .option('--count <n>', 'machines in all', machines)
    .option('--baseline <type>', 'native type to compare with; machines ask for what it offers')
    .option('--instances <n>', 'instances of the type', wholeNumber(1, 10_000))
    .addOption(new Option('--price <model>', 'price model').choices(['on-demand', 'reserved', 'spot']).default('on-demand'))
    .option('--term <years>', 'years of a reserved price', wholeNumber(1, 10))
    .option('--price-option <name>', 'which reserved price, such as no-upfront')
    .option('--catalogue <file>', 'a further price list (blanket catalogue import makes one); may be repeated', several, [])
    .option('--set <path=value>', 'change an input, such as guests.0.load.mean=0.3; may be repeated', several, [])
    .addOption(new Option('--format <format>', 'form of the answer').choices(['table', 'json', 'csv']).default('table'))
    .option('--counts <list>', 'price and slowdown for these counts, such as 1,10,20', (text) => text.split(',').map(machines))
    .option('--simulate <seconds>', 'also simulate the scheduler for so long in virtual time', positiveNumber)
    .option('--seed <n>', 'seed of the simulation', wholeNumber(0, 0xffff_ffff))
    .option('--explain <figure>', 'formula, inputs, sources and dates of a figure, or of all')
    .addOption(
      new Option('--sensitivity <outcome>', 'which input moves the outcome most').choices([
        'pricePerVmHour',
        'slowdown',
        'cpuP95',
        'memoryOverload',
        'pricePerUnit',
      ]),
    )
    .option('--pareto', 'all types and counts, price against slowdown')
    .option(
      '--check [counts]',
      'build the partition on the emulated stack and put measured beside predicted; counts such as 1,10,20',
      (text: string) => text.split(',').map(machines),
    )
    .option('--measured [instance]', 'take the measured load of running machines as guests (with --attach)')
    .option('--attach <folder>', "data folder of the running application, or of 'blanket run'")
    .option('--sweep <file>', 'many scenarios: a JSON file with axes of paths and values')
    .addOption(new Option('--export <kind>', 'write the plan for others').choices(EXPORT_KINDS))
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: Options) => {
      process.stdout.write(await answer(file, options));
    });
}

async function scenarioOf(
  file: string | undefined,
  options: Options,
  catalogues: ConstructorParameters<typeof Planner>[0],
): Promise<Scenario> {
  const price: ScenarioInput['price'] = { model: options.price, termYears: options.term, option: options.priceOption };
  let scenario: Scenario;
  if (file !== undefined) scenario = parseScenario(await textOf(file));
  else {
    const { provider, type, count, baseline, instances } = options;
    const counted = count ?? (options.measured === undefined ? undefined : 1);
    if (provider === undefined || type === undefined || counted === undefined) {
      throw new Refusal('scenario-missing', 'There is no scenario.', 'Give a scenario file, or --provider, --type and --count.');
    }
    scenario = simpleScenario({ provider, type, count: counted, baseline, instances }, catalogues, { price });
  }
  if (options.measured !== undefined) {
    const guests = await measuredGuests(options.attach, options.measured === true ? undefined : options.measured);
    scenario = asScenario({ ...scenario, name: `measured load on ${scenario.type}`, guests });
  }
  for (const change of options.set) {
    const at = change.indexOf('=');
    if (at < 1) throw new Refusal('no-such-input', `--set ${change} has no path and value.`, 'Write --set path=value.');
    scenario = withValue(scenario, change.slice(0, at), typedValue(change.slice(at + 1)));
  }
  if (file !== undefined && options.count !== undefined) scenario = withCount(scenario, options.count);
  return options.seed === undefined ? scenario : withValue(scenario, 'simulation.seed', options.seed);
}

/** JSON if it is some, else the text itself. */
function typedValue(text: string): string | number | boolean | null {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function answer(file: string | undefined, options: Options): Promise<string> {
  const catalogues = await cataloguesFrom(options.catalogue);
  const planner = new Planner(catalogues);
  const scenario = await scenarioOf(file, options, catalogues);
  if (options.check !== undefined)
    return printed(checkTable(planner, scenario, options.check === true ? undefined : options.check), options.format);
  if (options.export !== undefined) return exportedPlan(options.export, scenario, planner.setting(scenario).catalogue);
  if (options.counts !== undefined) return printed(curveTable(planner, scenario, options.counts), options.format);
  if (options.pareto) return printed(paretoTable(planner, scenario), options.format);
  if (options.sensitivity !== undefined) return printed(sensitivityTable(planner, scenario, options.sensitivity), options.format);
  if (options.sweep !== undefined) return printed(sweepTable(planner, scenario, await textOf(options.sweep)), options.format);
  const plan = planner.plan(scenario);
  if (options.explain !== undefined) return explained(plan, options.explain);
  if (options.simulate !== undefined && options.simulate > 1e7) {
    throw new Refusal(
      'scenario-invalid',
      `--simulate ${options.simulate} is more than 10,000,000 seconds.`,
      'Give virtual seconds, such as 3600.',
    );
  }
  const simulated = options.simulate === undefined ? null : new Simulation(planner.setting(scenario)).runFor(options.simulate);
  if (options.format === 'json') return `${JSON.stringify(headline(plan, simulated), null, 2)}\n`;
  return printed(planTable(plan, simulated), options.format);
}

function explained(plan: Plan, id: string): string {
  const figures = id === 'all' ? Object.values(plan.figures) : [plan.figures[id]];
  return figures
    .map((it) => {
      if (it === undefined)
        throw new Refusal(
          'no-such-figure',
          `The plan has no figure ${id}.`,
          `Choose one of: ${Object.keys(plan.figures).join(', ')}.`,
        );
      return `${explain(it).join('\n')}\n`;
    })
    .join('\n');
}

/** Columns become keys in JSON. */
function printed(table: Table, format: Options['format']): string {
  if (format === 'csv') return tableCsv(table);
  if (format === 'table') return tableText(table);
  return `${JSON.stringify(
    table.rows.map((row) => Object.fromEntries(table.header.map((name, at) => [name, row[at] ?? null]))),
    null,
    2,
  )}\n`;
}
