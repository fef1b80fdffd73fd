/** Instance types of one price list: sorted by any column, with what one gets per unit of money as a bar. */
import { type ReactNode, useMemo, useState } from 'react';
import type { InstanceType } from '../../../core/contract/fleet.ts';
import { memory, money } from '../../parts/format.ts';
import { say, type Words } from '../../words/say.ts';

type Key = 'id' | 'vcpus' | 'ecu' | 'memoryMib' | 'diskGib' | 'networkMbit' | 'pricePerHour' | 'perGib';
const HEADS: readonly { key: Key; words: Words; numeric: boolean }[] = [
  { key: 'id', words: 'rent.type', numeric: false },
  { key: 'vcpus', words: 'column.vcpus', numeric: true },
  { key: 'ecu', words: 'rent.ecu', numeric: true },
  { key: 'memoryMib', words: 'column.memory', numeric: true },
  { key: 'diskGib', words: 'rent.disk', numeric: true },
  { key: 'networkMbit', words: 'column.network', numeric: true },
  { key: 'perGib', words: 'rent.perGib', numeric: true },
  { key: 'pricePerHour', words: 'column.price', numeric: true },
];

const perGib = (type: InstanceType): number => type.pricePerHour / (type.memoryMib / 1024);
const sortValue = (type: InstanceType, key: Key): number | string => (key === 'perGib' ? perGib(type) : (type[key] ?? 0));

export function TypeTable({
  loading,
  types,
  chosen,
  choose,
  currency,
}: {
  /** The price lists are still read. */
  loading: boolean;
  types: readonly InstanceType[];
  chosen: string | undefined;
  choose(id: string): void;
  currency: string;
}): ReactNode {
  const [sort, setSort] = useState<{ key: Key; down: boolean }>({ key: 'pricePerHour', down: false });
  const sorted = useMemo(
    () =>
      [...types].sort((a, b) => {
        const [x, y] = [sortValue(a, sort.key), sortValue(b, sort.key)];
        return (
          (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true })) *
          (sort.down ? -1 : 1)
        );
      }),
    [types, sort],
  );
  const dearest = Math.max(0.0001, ...types.map(perGib));
  return (
    <div className="type-scroll" aria-busy={loading}>
      <table className="plain">
        <thead>
          <tr>
            {HEADS.map(({ key, words, numeric }) => (
              <th
                key={key}
                className={numeric ? 'number' : ''}
                aria-sort={sort.key === key ? (sort.down ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  className="th-button"
                  onClick={() => setSort({ key, down: sort.key === key ? !sort.down : false })}
                >
                  {say(words)}
                  {sort.key === key ? (sort.down ? ' ↓' : ' ↑') : ''}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((type) => (
            <tr key={type.id} className={type.id === chosen ? 'chosen' : ''} onClick={() => choose(type.id)}>
              <td>
                <label className="row">
                  <input type="radio" name="type" checked={type.id === chosen} onChange={() => choose(type.id)} />
                  <b>{type.id}</b>
                </label>
              </td>
              <td className="number">{type.vcpus}</td>
              <td className="number">{type.ecu ?? '–'}</td>
              <td className="number">{memory(type.memoryMib)}</td>
              <td className="number">{type.diskGib === 0 ? '–' : `${Math.round(type.diskGib).toLocaleString('en')} GiB`}</td>
              <td className="number">
                {type.networkMbit === 0
                  ? '–'
                  : type.networkMbit >= 1000
                    ? `${type.networkMbit / 1000} Gbit/s`
                    : `${type.networkMbit} Mbit/s`}
              </td>
              <td className="number">
                <span className="bar-cell">
                  <span className="bar" style={{ width: `${(perGib(type) / dearest) * 48}px` }} />
                  {money(perGib(type), currency, 4)}
                </span>
              </td>
              <td className="number">
                <b>{money(type.pricePerHour, currency, 3)}</b>
                <span className="unit">/h</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length === 0 && !loading && (
        <p className="quiet" style={{ padding: 16 }}>
          {say('rent.noTypes')}
        </p>
      )}
    </div>
  );
}
