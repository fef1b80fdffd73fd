/** The filter language. */
import { expect, it, vi } from 'vitest';
import type { Row } from './columns.tsx';

vi.mock('../../desk/gauges.ts', () => ({
  reading: (unit: string, gauge: string) => (gauge === 'cpu' ? (unit === 'i1.1' ? 80 : 5) : 0),
  series: () => [],
}));
const { parseFilter } = await import('./filter.ts');

const row = (id: string, name: string, state: string, tags: string[]): Row =>
  ({
    machine: {
      id,
      name,
      state,
      tags,
      group: '',
      image: 'default',
      address: '10.0.0.7',
      note: '',
      vcpus: 2,
      memoryMib: 512,
      weight: 256,
      cap: 0,
    },
    instance: undefined,
    price: 0.04,
  }) as unknown as Row;
const rows = [
  row('i1.1', 'web-1', 'running', ['web', 'prod']),
  row('i1.2', 'db-1', 'paused', ['db']),
  row('i1.3', 'web-2', 'stopped', ['web']),
];
const found = (text: string): string[] => rows.filter(parseFilter(text).test).map((it) => it.machine.name);

it.each([
  ['', ['web-1', 'db-1', 'web-2']],
  ['web', ['web-1', 'web-2']],
  ['state:running', ['web-1']],
  ['state:running,paused', ['web-1', 'db-1']],
  ['-state:stopped tag:web', ['web-1']],
  ['cpu>50', ['web-1']],
  ['cpu<=5 vcpus=2', ['db-1', 'web-2']],
  ['price<0.05 weight>=256', ['web-1', 'db-1', 'web-2']],
  ['STATE:Running', ['web-1']],
  ['10.0.0', ['web-1', 'db-1', 'web-2']],
])('%s', (text, names) => {
  expect(found(text)).toEqual(names);
});

it('names what it did not understand, and ignores it', () => {
  const filter = parseFilter('cpu>much web colour:red');
  expect(filter.unknown).toEqual(['cpu>much', 'colour:red']);
  expect(rows.filter(filter.test)).toHaveLength(2);
});
