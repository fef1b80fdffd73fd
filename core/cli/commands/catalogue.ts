/** `blanket catalogue`: the price lists, their types, and importing one's own. */
import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type Catalogue, type Price, typeOf } from '../../cloud/catalogue.ts';
import { OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from '../../cloud/import/user-csv.ts';
import { catalogueOf } from '../../cloud/plan/setting.ts';
import { cataloguesFrom, importFile } from '../catalogue-files.ts';
import { several } from '../options.ts';
import { type Table, tableCsv, tableText } from '../text-table.ts';

type Format = 'table' | 'json' | 'csv';

const IMPORT_HELP = `
Formats are told apart by their beginning:
  own CSV           first line names the columns; needed: ${REQUIRED_COLUMNS.join(', ')};
                    may be there: ${Object.keys(OPTIONAL_COLUMNS).join(', ')}
  AWS offer file    JSON or CSV, of AmazonEC2; hundreds of megabytes are read in a stream
  instances.json    of ec2instances.info
Lines that cannot be used are listed with the reason; the rest is taken.`;

const format = (): Option =>
  new Option('--format <format>', 'form of the answer').choices(['table', 'json', 'csv']).default('table');

const print = (table: Table, as: Format, data: unknown): void => {
  process.stdout.write(as === 'json' ? `${JSON.stringify(data, null, 2)}\n` : as === 'csv' ? tableCsv(table) : tableText(table));
};

const priceNow = (prices: readonly Price[], model: Price['model']): number | null => {
  const found = prices.find((it) => it.model === model);
  return found === undefined ? null : Number(found.perHour);
};

function typesTable({ types, cpu }: Catalogue): Table {
  return {
    header: ['type', cpu.unit, 'threads', 'memory GB', 'disk GB', 'network Mbit/s', 'on-demand/h', 'spot/h', 'prices'],
    rows: types.map((it) => [
      it.id,
      it.cpu.units,
      it.cpu.threads,
      it.memoryGb,
      it.diskGb,
      it.networkMbps,
      priceNow(it.prices, 'on-demand'),
      priceNow(it.prices, 'spot'),
      it.prices.length,
    ]),
  };
}

function pricesTable(catalogue: Catalogue, id: string): Table {
  const type = typeOf(catalogue, id);
  return {
    header: ['model', 'years', 'option', 'upfront', 'per hour', 'date', 'source'],
    rows: type.prices.map((it) => {
      const source = catalogue.sources[it.source];
      const terms = it.model === 'reserved' ? [it.termYears, it.option, it.upfront] : [null, null, null];
      return [it.model, ...terms, it.perHour, source?.date, source?.title];
    }),
  };
}

export function catalogueCommand(): Command {
  const command = new Command('catalogue').description('Price lists: show them, import one.').exitOverride();
  return command.addCommand(listCommand(), { isDefault: true }).addCommand(showCommand()).addCommand(importCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('List the price lists.')
    .exitOverride()
    .option('--catalogue <file>', 'a further price list; may be repeated', several, [])
    .addOption(format())
    .action(async (options: { catalogue: string[]; format: Format }) => {
      const all = [...(await cataloguesFrom(options.catalogue)).values()];
      const header = ['id', 'name', 'flavour', 'region', 'currency', 'date', 'types'];
      const rows = all.map((it) => [it.id, it.name, it.flavour, it.region, it.currency, it.date, it.types.length]);
      print(
        { header, rows },
        options.format,
        all.map(({ types, ...it }) => ({ ...it, types: types.length })),
      );
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Show the types of a price list, or the prices of one type with their sources.')
    .exitOverride()
    .argument('<id>', 'price list')
    .argument('[type]', 'instance type')
    .option('--catalogue <file>', 'a further price list; may be repeated', several, [])
    .addOption(format())
    .action(async (id: string, type: string | undefined, options: { catalogue: string[]; format: Format }) => {
      const found = catalogueOf(await cataloguesFrom(options.catalogue), id);
      if (type === undefined) print(typesTable(found), options.format, found);
      else print(pricesTable(found, type), options.format, typeOf(found, type));
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('Make a price list from a file.')
    .exitOverride()
    .argument('<file>', 'CSV, AWS offer file, or instances.json')
    .requiredOption('--out <file>', 'where to write the price list')
    .option('--region <name>', 'region to take, where the file has several', 'us-east-1')
    .addOption(new Option('--flavour <flavour>', "the provider's hypervisor").choices(['xen', 'kvm']).default('kvm'))
    .option('--id <id>', 'what to call the list')
    .option('--name <name>', 'its title')
    .option('--date <date>', 'date of the prices, where the file has none', new Date().toISOString().slice(0, 10))
    .option('--quiet', 'no progress')
    .addHelpText('after', IMPORT_HELP)
    .action(importAction);
}

interface ImportOptions {
  readonly out: string;
  readonly region: string;
  readonly flavour: 'xen' | 'kvm';
  readonly id?: string;
  readonly name?: string;
  readonly date: string;
  readonly quiet?: boolean;
}

async function importAction(file: string, { out, quiet, ...about }: ImportOptions): Promise<void> {
  const show = !quiet && process.stderr.isTTY;
  const intake = await importFile(file, about, (progress) => {
    if (show)
      process.stderr.write(
        `\r${(progress.charactersRead / 1e6).toFixed(1)} MB, ${progress.types} types, ${progress.rejected} rejected `,
      );
  });
  if (show) process.stderr.write('\n');
  await writeFile(out, `${JSON.stringify(intake.catalogue, null, 1)}\n`);
  for (const { line, reason } of intake.rejected) process.stderr.write(`${line > 0 ? `line ${line}: ` : ''}${reason}\n`);
  const more = intake.rejectedCount - intake.rejected.length;
  if (more > 0) process.stderr.write(`and ${more} more\n`);
  process.stdout.write(
    `${intake.format}: ${intake.catalogue.types.length} types taken, ${intake.rejectedCount} lines rejected, ${intake.passedOver} passed over; written to ${out}\n`,
  );
}
