/** Collects all instruction rows and handlers, and numbers every specialised form: the row ids of the dispatcher. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Row } from '../isa/row.ts';
import { type Encoding, overlap, possibleSizes, readEncoding } from './encoding.ts';

export interface Handler {
  readonly name: string;
  /** Module below `hot/`, without extension. */
  readonly module: string;
  /** Type parameters: `T` is the operand type, `F` the form of the ModRM operand. */
  readonly parameters: readonly string[];
}

/** One case of the dispatcher: a row at one operand size and form, or at any. */
export interface Variant {
  readonly id: number;
  readonly encoding: Encoding;
  readonly handler: Handler | undefined;
  readonly size: number | undefined;
  readonly form: 'register' | 'memory' | undefined;
}

export interface NumberedRow {
  readonly encoding: Encoding;
  readonly handler: Handler | undefined;
  readonly firstId: number;
  readonly bySize: boolean;
  readonly byForm: boolean;
  readonly minimumSize: number;
}

/** Every exported function without arguments in `hot/exec`. */
export function findHandlers(hot: string): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const file of readdirSync(join(hot, 'exec')).sort()) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(hot, 'exec', file), 'utf8');
    for (const match of source.matchAll(/^export function (\w+)(?:<([^>]*)>)?\(\): void/gm)) {
      const name = match[1] ?? '';
      const parameters = (match[2] ?? '')
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== '');
      const known = handlers.get(name);
      if (known) throw new Error(`handler ${name} is in ${known.module} and in exec/${file}`);
      handlers.set(name, { name, module: `exec/${file.slice(0, -3)}`, parameters });
    }
  }
  return handlers;
}

const isRow = (value: unknown): value is Row => typeof (value as Partial<Row>).code === 'string';

/** These come first: their ids fill the first switch of the dispatcher. */
const FIRST = ['integer.table.ts', 'control.table.ts', 'string.table.ts'];

/** The rows of all `*.table.ts` files of a folder, in a fixed order. */
export async function loadRows(folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  const others = readdirSync(folder).filter((file) => file.endsWith('.table.ts') && !FIRST.includes(file));
  for (const file of [...FIRST, ...others.sort()]) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) if (Array.isArray(value)) rows.push(...value.filter(isRow));
  }
  return rows;
}

/** Ids below this are not rows: 0 is "no such instruction", 1 "longer than 15 bytes". */
const FIRST_ID = 2;

export function numberRows(
  rows: readonly Row[],
  handlers: ReadonlyMap<string, Handler>,
): { numbered: NumberedRow[]; variants: Variant[] } {
  const numbered: NumberedRow[] = [];
  const variants: Variant[] = [];
  let id = FIRST_ID;
  for (const row of rows) {
    const encoding = readEncoding(row);
    const handler = handlers.get(row.handler ?? row.name.toLowerCase());
    const bySize = handler?.parameters.includes('T') ?? false;
    const byForm = handler?.parameters.includes('F') ?? false;
    if (byForm && !encoding.hasModRm) throw new Error(`${row.name} (${row.code}): handler wants a form, the row has no ModRM`);
    const sizes = bySize ? possibleSizes(encoding.size, row.mode) : [undefined];
    const forms = byForm ? (['register', 'memory'] as const) : [undefined];
    numbered.push({ encoding, handler, firstId: id, bySize, byForm, minimumSize: sizes[0] ?? 1 });
    for (const size of sizes) for (const form of forms) variants.push({ id: id++, encoding, handler, size, form });
  }
  return { numbered, variants };
}

/** Rows by map and opcode, the more specific first. Throws if two rows claim the same instruction. */
export function byOpcode(numbered: readonly NumberedRow[]): Map<number, NumberedRow[]> {
  const lists = new Map<number, NumberedRow[]>();
  for (const row of numbered) {
    for (const opcode of row.encoding.opcodes) {
      const key = row.encoding.map * 256 + opcode;
      const list = lists.get(key) ?? [];
      list.push(row);
      lists.set(key, list);
    }
  }
  for (const [key, list] of lists) {
    list.sort((a, b) => breadth(a) - breadth(b));
    for (const [index, row] of list.entries()) for (const other of list.slice(index + 1)) checkPair(key, row, other);
  }
  return lists;
}

function checkPair(key: number, specific: NumberedRow, general: NumberedRow): void {
  const [a, b] = [specific.encoding, general.encoding];
  const where = `opcode ${key.toString(16)}: ${a.row.name} (${a.row.code}) and ${b.row.name} (${b.row.code})`;
  if (
    a.hasModRm !== b.hasModRm &&
    overlap(a.conditions | 0x3f_fff0, b.conditions | 0x3f_fff0) &&
    a.row.mode === b.row.mode &&
    (a.conditions & 15) === (b.conditions & 15)
  ) {
    throw new Error(`${where} disagree about ModRM`);
  }
  if (!overlap(a.conditions, b.conditions)) return;
  // A row that names its prefix wins over one that takes any.
  if ((a.conditions & 15) !== 15 && (b.conditions & 15) === 15) return;
  if (a.conditions === b.conditions || (a.conditions & b.conditions) !== a.conditions) throw new Error(`${where} overlap`);
}

/** Orders the rows of an opcode: named prefixes first, then the fewer answers accepted. */
const breadth = ({ encoding: { conditions } }: NumberedRow): number => ((conditions & 15) === 15 ? 64 : 0) + bits(conditions);

function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
