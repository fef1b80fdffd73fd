/** What the rate is made of: machines, the second layer's own share, and what nobody holds. */
import type { ReactNode } from 'react';
import type { SpendRow } from '../../../core/contract/spend.ts';
import { money } from '../../parts/format.ts';
import { say, type Words } from '../../words/say.ts';

const PARTS: readonly { part: SpendRow['part']; tone: string }[] = [
  { part: 'machine', tone: 'var(--thread-0)' },
  { part: 'own', tone: 'var(--thread-1)' },
  { part: 'idle', tone: 'var(--thread-4)' },
];

export function Waterfall({ rows, currency }: { rows: readonly SpendRow[]; currency: string }): ReactNode {
  const total = rows.reduce((sum, row) => sum + row.perHour, 0);
  let from = 0;
  return (
    <section className="card">
      <h2>{say('spend.made')}</h2>
      <div className="waterfall">
        {PARTS.map(({ part, tone }) => {
          const value = rows.filter((row) => row.part === part).reduce((sum, row) => sum + row.perHour, 0);
          const left = total === 0 ? 0 : (from / total) * 100;
          from += value;
          return (
            <div key={part}>
              <span>{say(`part.${part}Sum` as Words)}</span>
              <span className="waterfall-lane">
                <i style={{ left: `${left}%`, width: `${total === 0 ? 0 : (value / total) * 100}%`, background: tone }} />
              </span>
              <b>{money(value, currency)}</b>
            </div>
          );
        })}
        <div className="waterfall-sum">
          <span>{say('spend.together')}</span>
          <span className="waterfall-lane">
            <i style={{ left: 0, width: '100%', background: 'var(--ink-3)' }} />
          </span>
          <b>{money(total, currency)}</b>
        </div>
      </div>
    </section>
  );
}
