/** The filter language: words are looked for in the name; `state:running cpu>50 tag:web -name:test` narrows by field. */
import { reading } from '../../desk/gauges.ts';
import type { Row } from './columns.tsx';

type Test = (row: Row) => boolean;
export interface Filter {
  readonly test: Test;
  /** Parts that were not understood, as written. */
  readonly unknown: readonly string[];
}

const TEXTS: Readonly<Record<string, (row: Row) => string>> = {
  name: (row) => row.machine.name,
  state: (row) => row.machine.state,
  tag: (row) => row.machine.tags.join(' '),
  group: (row) => row.machine.group,
  image: (row) => row.machine.image,
  ip: (row) => row.machine.address,
  instance: (row) => row.instance?.name ?? '',
  type: (row) => row.instance?.type ?? '',
  cloud: (row) => row.instance?.provider ?? '',
  note: (row) => row.machine.note,
};

const NUMBERS: Readonly<Record<string, (row: Row) => number>> = {
  cpu: (row) => reading(row.machine.id, 'cpu') ?? 0,
  memory: (row) => reading(row.machine.id, 'memory') ?? 0,
  steal: (row) => reading(row.machine.id, 'steal') ?? 0,
  exits: (row) => reading(row.machine.id, 'exits') ?? 0,
  vcpus: (row) => row.machine.vcpus,
  size: (row) => row.machine.memoryMib,
  weight: (row) => row.machine.weight,
  cap: (row) => row.machine.cap,
  price: (row) => row.price,
};

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
  ':': (a, b) => a === b,
};

function testOf(part: string): Test | undefined {
  const [, field = '', operator = '', value = ''] = /^(\w+)(>=|<=|[:<>=])(.*)$/.exec(part) ?? [];
  if (operator === '')
    return (row) =>
      row.machine.name.toLowerCase().includes(part) ||
      row.machine.address.startsWith(part) ||
      row.machine.tags.some((tag) => tag.toLowerCase() === part);
  if (value === '') return () => true;
  const text = TEXTS[field];
  if (text !== undefined && (operator === ':' || operator === '=')) {
    const wanted = value.split(',');
    return (row) => wanted.some((it) => text(row).toLowerCase().includes(it));
  }
  const number = NUMBERS[field];
  const compare = COMPARE[operator];
  const against = Number(value);
  if (number === undefined || compare === undefined || Number.isNaN(against)) return undefined;
  return (row) => compare(number(row), against);
}

export function parseFilter(text: string): Filter {
  const unknown: string[] = [];
  const tests = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== '' && part !== '-')
    .map((part): Test => {
      const not = part.startsWith('-') && part.length > 1;
      const test = testOf(not ? part.slice(1) : part);
      if (test === undefined) {
        unknown.push(part);
        return () => true;
      }
      return not ? (row) => !test(row) : test;
    });
  return { unknown, test: (row) => tests.every((test) => test(row)) };
}
