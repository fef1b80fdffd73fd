/** What it costs: at this rate, so far, by instance and machine, and against a budget. */
import FileDownloadOutlined from '@mui/icons-material/FileDownloadOutlined';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { SpendRow } from '../../../core/contract/spend.ts';
import { call } from '../../desk/client.ts';
import { useInstances } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { useSettings } from '../../desk/settings.ts';
import { Empty } from '../../parts/empty.tsx';
import { duration, money, percent } from '../../parts/format.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { say, type Words } from '../../words/say.ts';
import { Figure } from '../instance/overview.tsx';
import { ApportioningBar } from './apportioning.tsx';
import { BudgetCard } from './budget.tsx';
import { Waterfall } from './waterfall.tsx';
import './spend.css';

const ORDER: readonly SpendRow['part'][] = ['machine', 'idle', 'own', 'native'];

export function SpendPage(): ReactNode {
  const { value: spend, refusal, again } = useRead('spend.read', {}, ['instance.changed', 'instance.gone'], 5000);
  const instances = useInstances();
  const { hoursPerMonth } = useSettings();
  if (spend === undefined)
    return refusal === undefined ? null : (
      <div className="page-body">
        <RefusalNote refusal={refusal} />
      </div>
    );
  if (spend.rows.length === 0 && instances.size === 0) return <Empty title={say('spend.none')} text={say('spend.noneText')} />;
  const groups = [...Map.groupBy(spend.rows, (row) => row.instance)];
  const { currency } = spend;
  const exportCsv = (): void =>
    run(async () => {
      const { csv } = await call('spend.statement', {});
      await call('file.export', { name: 'statement', kind: 'csv', bytes: new TextEncoder().encode(csv) });
    });
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('nav.spend')}</h1>
        <Button variant="outlined" startIcon={<FileDownloadOutlined />} onClick={exportCsv}>
          {say('word.exportCsv')}
        </Button>
      </div>
      <div className="page-body stack">
        <div className="card figures">
          <Figure value={money(spend.perHour, currency)} unit="/h" text={say('spend.now')} />
          <Figure value={money(spend.perHour * hoursPerMonth, currency, 2)} text={say('spend.month', { hours: hoursPerMonth })} />
          <Figure value={money(spend.sinceStart, currency)} text={say('spend.since')} />
          <Figure value={money(spend.thisMonth, currency)} text={say('spend.thisMonth')} />
        </div>
        <div className="grid two">
          <Waterfall rows={spend.rows} currency={currency} />
          <BudgetCard spend={spend} saved={again} />
        </div>
        <ApportioningBar apportioning={spend.apportioning} saved={again} />
        <section className="card flush">
          <table className="plain">
            <thead>
              <tr>
                <th>{say('column.name')}</th>
                <th>{say('spend.part')}</th>
                <th className="number">{say('spend.perHour')}</th>
                <th style={{ width: '22%' }}>{say('spend.share')}</th>
                <th className="number">{say('spend.perMonth')}</th>
                <th className="number">{say('spend.soFar')}</th>
                <th className="number">{say('spend.time')}</th>
              </tr>
            </thead>
            {groups.map(([id, rows]) => {
              const perHour = rows.reduce((sum, row) => sum + row.perHour, 0);
              return (
                <tbody key={id}>
                  <tr className="spend-instance">
                    <td>
                      <b>{instances.get(id)?.name ?? rows[0]?.name ?? id}</b>{' '}
                      <span className="quiet">{instances.get(id)?.type ?? say('spend.ended')}</span>
                    </td>
                    <td />
                    <td className="number">
                      <b>{money(perHour, currency)}</b>
                    </td>
                    <td />
                    <td className="number">{money(perHour * hoursPerMonth, currency, 2)}</td>
                    <td className="number">
                      <b>
                        {money(
                          rows.reduce((sum, row) => sum + row.sinceStart, 0),
                          currency,
                        )}
                      </b>
                    </td>
                    <td />
                  </tr>
                  {[...rows]
                    .sort(
                      (a, b) =>
                        ORDER.indexOf(a.part) - ORDER.indexOf(b.part) || a.name.localeCompare(b.name, 'en', { numeric: true }),
                    )
                    .map((row) => (
                      <tr key={row.machine ?? row.part}>
                        <td style={{ paddingLeft: 28 }}>
                          {row.machine === null ? (
                            <span className="second">{say(`part.${row.part}` as Words)}</span>
                          ) : (
                            <a href={`#/machine/${row.machine}/details`}>{row.name}</a>
                          )}
                        </td>
                        <td className="quiet">{say(`part.${row.part}Hint` as Words)}</td>
                        <td className="number">{money(row.perHour, currency)}</td>
                        <td>
                          <span className="share">
                            <span
                              style={{
                                width: `${perHour === 0 ? 0 : (row.perHour / perHour) * 100}%`,
                                background: row.part === 'machine' ? 'var(--thread-0)' : 'var(--thread-4)',
                              }}
                            />
                          </span>
                          <span className="quiet tiny"> {percent(perHour === 0 ? 0 : (row.perHour / perHour) * 100)}</span>
                        </td>
                        <td className="number">{money(row.perHour * hoursPerMonth, currency, 2)}</td>
                        <td className="number">{money(row.sinceStart, currency)}</td>
                        <td className="number quiet">{duration(row.hours * 3600)}</td>
                      </tr>
                    ))}
                </tbody>
              );
            })}
          </table>
        </section>
      </div>
    </>
  );
}
