/** What nesting costs, live: how often control leaves, for whom, why, and what it comes to in CPU time. */
import type { ReactNode } from 'react';
import type { ExitRow } from '../../../core/contract/gauges.ts';
import { useRead } from '../../desk/queries.ts';
import { brief } from '../../parts/format.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say } from '../../words/say.ts';

const share = (rows: readonly ExitRow[]): number => rows.reduce((sum, row) => sum + row.cpu, 0);

function Layer({ title, text, rows, tone }: { title: string; text: string; rows: readonly ExitRow[]; tone: string }): ReactNode {
  const most = Math.max(1, ...rows.map((row) => row.perSecond));
  return (
    <section className="card flush">
      <div className="card-head" style={{ padding: '14px 16px 0', marginBottom: 4 }}>
        <h2 className="grow">{title}</h2>
        <span className="small second">{say('exits.costs', { share: share(rows).toFixed(2) })}</span>
      </div>
      <p className="quiet small" style={{ padding: '0 16px 10px' }}>
        {text}
      </p>
      <table className="plain">
        <thead>
          <tr>
            <th>{say('exits.reason')}</th>
            <th className="number">{say('exits.perSecond')}</th>
            <td aria-hidden="true" style={{ width: '28%' }} />
            <th className="number">{say('exits.each')}</th>
            <th className="number">{say('exits.total')}</th>
          </tr>
        </thead>
        <tbody>
          {[...rows]
            .sort((a, b) => b.perSecond - a.perSecond)
            .map((row) => (
              <tr key={row.reason}>
                <td>{row.reason}</td>
                <td className="number">{brief(row.perSecond)}</td>
                <td aria-hidden="true">
                  <span className="exit-bar" style={{ width: `${(row.perSecond / most) * 100}%`, background: tone }} />
                </td>
                <td className="number">
                  {row.cyclesEach === 0 ? (
                    <span className="quiet">{say('exits.nothing')}</span>
                  ) : (
                    Math.round(row.cyclesEach).toLocaleString('en')
                  )}
                </td>
                <td className="number">{Math.round(row.total).toLocaleString('en')}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          {say('exits.none')}
        </p>
      )}
    </section>
  );
}

export function ExitsView({ unit }: { unit: string }): ReactNode {
  const { value, refusal } = useRead('machine.exits', { unit }, [], 1000);
  if (refusal !== undefined && value === undefined) return <RefusalNote refusal={refusal} />;
  const rows = value ?? [];
  return (
    <div className="grid two">
      <Layer
        title={say('exits.second')}
        text={say('exits.secondText')}
        rows={rows.filter((row) => row.layer === 'second')}
        tone="var(--thread-6)"
      />
      <Layer
        title={say('exits.first')}
        text={say('exits.firstText')}
        rows={rows.filter((row) => row.layer === 'first')}
        tone="var(--thread-3)"
      />
    </div>
  );
}
