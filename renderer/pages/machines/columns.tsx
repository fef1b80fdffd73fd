/** The columns of the machines table: one row each says what it shows, sorts and measures. */
import type { ReactNode } from 'react';
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import type { GaugeName } from '../../../core/contract/gauges.ts';
import { reading, series } from '../../desk/gauges.ts';
import { byteRate, memory, percent } from '../../parts/format.ts';
import { PerHour } from '../../parts/money.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import type { Words } from '../../words/say.ts';
import { say } from '../../words/say.ts';

export interface Row {
  readonly machine: Machine;
  readonly instance: Instance | undefined;
  readonly price: number;
}

export interface Column {
  readonly id: string;
  readonly words: Words;
  readonly help: Words;
  readonly width: number;
  readonly numeric: boolean;
  /** Shown unless a person says otherwise. */
  readonly usual: boolean;
  value(row: Row): number | string;
  cell(row: Row): ReactNode;
}

const now = (row: Row, ...gauges: readonly GaugeName[]): number => reading(row.machine.id, ...gauges) ?? 0;
const awake = (row: Row): boolean => row.machine.state === 'running' || row.machine.state === 'paused';
const none = <span className="quiet">–</span>;

/** The last minute of a gauge, or of two together, and its newest number. */
function gaugeColumn(
  id: string,
  words: Words,
  help: Words,
  gauges: readonly GaugeName[],
  max: number,
  tone: string,
  text: (value: number) => string,
  usual = true,
): Column {
  const shown = (row: Row): ReactNode => {
    const number = text(now(row, ...gauges));
    return (
      <span className="gauge">
        <Sparkline
          points={series(row.machine.id, ...gauges)}
          max={max}
          width={52}
          tone={tone}
          label={`${say(words)} ${number}`}
        />
        <span className="number">{number}</span>
      </span>
    );
  };
  return {
    id,
    words,
    help,
    width: 128,
    numeric: true,
    usual,
    value: (row) => now(row, ...gauges),
    cell: (row) => (awake(row) ? shown(row) : none),
  };
}

const text = (id: string, words: Words, help: Words, width: number, value: (row: Row) => string, usual: boolean): Column => ({
  id,
  words,
  help,
  width,
  numeric: false,
  usual,
  value,
  cell: (row) => (value(row) === '' ? none : <span className="cut">{value(row)}</span>),
});
const number = (
  id: string,
  words: Words,
  help: Words,
  width: number,
  value: (row: Row) => number,
  shown: (row: Row) => ReactNode,
  usual: boolean,
): Column => ({
  id,
  words,
  help,
  width,
  numeric: true,
  usual,
  value,
  cell: shown,
});

export function ecuOf(row: Row): number {
  const ecu = row.instance?.ecu ?? 0;
  return row.instance === undefined ? 0 : (ecu / row.instance.vcpus) * row.machine.vcpus;
}

export const COLUMNS: readonly Column[] = [
  gaugeColumn('cpu', 'column.cpu', 'column.cpuHelp', ['cpu'], 100, 'var(--thread-0)', percent),
  gaugeColumn('hostCpu', 'column.hostCpu', 'column.hostCpuHelp', ['hostCpu'], 100, 'var(--thread-4)', percent, false),
  {
    id: 'memory',
    words: 'column.memory',
    help: 'column.memoryHelp',
    width: 136,
    numeric: true,
    usual: true,
    value: (row) => now(row, 'memory'),
    cell: (row) => {
      if (!awake(row)) return none;
      const used = now(row, 'memory');
      const share = Math.min(1, used / row.machine.memoryMib);
      return (
        <span className="gauge">
          <span className="meter" role="img" aria-label={percent(share * 100)}>
            <span style={{ width: `${share * 100}%` }} />
          </span>
          <span className="number">{memory(used)}</span>
        </span>
      );
    },
  },
  number(
    'steal',
    'column.steal',
    'column.stealHelp',
    72,
    (row) => now(row, 'steal'),
    (row) => (awake(row) ? <span className={now(row, 'steal') > 7 ? 'warn' : ''}>{percent(now(row, 'steal'))}</span> : none),
    true,
  ),
  number(
    'price',
    'column.price',
    'column.priceHelp',
    92,
    (row) => row.price,
    (row) => <PerHour value={row.price} currency={row.instance?.currency ?? 'USD'} />,
    true,
  ),
  gaugeColumn('disk', 'column.disk', 'column.diskHelp', ['diskRead', 'diskWrite'], 0, 'var(--thread-1)', byteRate),
  gaugeColumn('network', 'column.network', 'column.networkHelp', ['netIn', 'netOut'], 0, 'var(--thread-2)', byteRate),
  number(
    'exits',
    'column.exits',
    'column.exitsHelp',
    90,
    (row) => now(row, 'exits'),
    (row) => (awake(row) ? Math.round(now(row, 'exits')).toLocaleString('en') : none),
    false,
  ),
  text('address', 'column.address', 'column.addressHelp', 104, (row) => row.machine.address, true),
  number(
    'vcpus',
    'column.vcpus',
    'column.vcpusHelp',
    62,
    (row) => row.machine.vcpus,
    (row) => row.machine.vcpus,
    true,
  ),
  number(
    'size',
    'column.size',
    'column.sizeHelp',
    84,
    (row) => row.machine.memoryMib,
    (row) => memory(row.machine.memoryMib),
    true,
  ),
  number('ecu', 'column.ecu', 'column.ecuHelp', 76, ecuOf, (row) => ecuOf(row).toFixed(1), false),
  number(
    'weight',
    'column.weight',
    'column.weightHelp',
    76,
    (row) => row.machine.weight,
    (row) => row.machine.weight,
    false,
  ),
  number(
    'cap',
    'column.cap',
    'column.capHelp',
    68,
    (row) => row.machine.cap,
    (row) => (row.machine.cap === 0 ? none : `${row.machine.cap} %`),
    false,
  ),
  {
    ...text('tags', 'column.tags', 'column.tagsHelp', 120, (row) => row.machine.tags.join(' '), true),
    cell: (row) =>
      row.machine.tags.map((tag) => (
        <span className="tag" key={tag}>
          {tag}
        </span>
      )),
  },
  text('group', 'column.group', 'column.groupHelp', 90, (row) => row.machine.group, false),
  text('image', 'column.image', 'column.imageHelp', 110, (row) => row.machine.image, false),
];

export const columnById = (id: string): Column | undefined => COLUMNS.find((column) => column.id === id);
export const columnName = (column: Column): string => say(column.words);
