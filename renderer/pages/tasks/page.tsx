/** Work that runs and has run, with its log, its reason and its cancel; and who did what. */
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ReactNode, useState } from 'react';
import type { Task } from '../../../core/contract/tasks.ts';
import { call } from '../../desk/client.ts';
import { forgetTasks, useAlarms, useInstances, useMachines, useTasks } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { csvOf } from '../../parts/csv.ts';
import { dayClock, duration } from '../../parts/format.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { amountOf, leftText, TaskBar, taskTitle } from '../../parts/task.tsx';
import { go, usePlace } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { Alarms } from './alarms.tsx';
import './tasks.css';

const TABS = ['work', 'alarms', 'audit'] as const;
type TabName = (typeof TABS)[number];

export function TasksPage(): ReactNode {
  const { path } = usePlace();
  const { active } = useAlarms();
  const tab = TABS.find((it) => it === path[1]) ?? 'work';
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('nav.tasks')}</h1>
        {tab === 'work' && (
          <Button variant="outlined" onClick={forgetTasks}>
            {say('tasks.forget')}
          </Button>
        )}
      </div>
      <Tabs
        value={tab}
        onChange={(_event, next: TabName) => go(next === 'work' ? '/tasks' : `/tasks/${next}`)}
        className="page-tabs"
        aria-label={say('nav.tasks')}
      >
        {TABS.map((it) => (
          <Tab
            key={it}
            value={it}
            label={
              it === 'alarms' && active.length > 0 ? say('tasks.alarmsRaised', { count: active.length }) : say(`tasks.${it}`)
            }
            id={`tab-${it}`}
            aria-controls={`panel-${it}`}
          />
        ))}
      </Tabs>
      <div className="page-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} style={{ paddingTop: 16 }}>
        {tab === 'work' && <Work />}
        {tab === 'alarms' && <Alarms />}
        {tab === 'audit' && <Audit />}
      </div>
    </>
  );
}

function Work(): ReactNode {
  const tasks = [...useTasks().values()].sort(
    (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt - a.startedAt,
  );
  const [open, setOpen] = useState<string>();
  if (tasks.length === 0) return <p className="quiet">{say('tasks.none')}</p>;
  return (
    <section className="card flush">
      {tasks.map((task) => (
        <TaskRow
          key={task.id}
          task={task}
          open={open === task.id}
          toggle={() => setOpen(open === task.id ? undefined : task.id)}
        />
      ))}
    </section>
  );
}

function TaskRow({ task, open, toggle }: { task: Task; open: boolean; toggle(): void }): ReactNode {
  const machine = useMachines().get(task.unit ?? '');
  const instance = useInstances().get(task.unit ?? '');
  const running = task.state === 'running';
  return (
    <div className="task">
      <div className="task-line">
        <button type="button" className="task-open" aria-expanded={open} onClick={toggle}>
          <b className="cut">{taskTitle(task)}</b>
          <span className="quiet small cut">
            {[
              machine?.name ?? instance?.name,
              dayClock(task.startedAt),
              running ? task.step : duration(((task.endedAt ?? task.startedAt) - task.startedAt) / 1000),
            ]
              .filter((it) => it !== undefined && it !== '')
              .join(' · ')}
          </span>
        </button>
        {running ? (
          <>
            <span className="small second task-amount">
              {amountOf(task)} <span className="quiet">{leftText(task)}</span>
            </span>
            <TaskBar task={task} />
            <Button
              variant="outlined"
              disabled={!task.cancellable}
              onClick={() => run(() => call('task.cancel', { task: task.id }))}
            >
              {say('word.cancel')}
            </Button>
          </>
        ) : (
          <span className={`task-state ${task.state}`}>{say(`task.${task.state}` as Words)}</span>
        )}
      </div>
      {open && <TaskLog task={task} />}
    </div>
  );
}

function TaskLog({ task }: { task: Task }): ReactNode {
  const { value } = useRead('task.log', { task: task.id }, ['task.said']);
  return (
    <div className="task-log">
      {task.failure !== null && <RefusalNote refusal={task.failure} />}
      <pre>{value === undefined || value.lines.length === 0 ? say('tasks.silent') : value.lines.join('\n')}</pre>
    </div>
  );
}

function Audit(): ReactNode {
  const { value } = useRead('audit.read', {}, ['task.changed']);
  const rows = value ?? [];
  const instances = useInstances();
  const machines = useMachines();
  const exportCsv = (): void => {
    const head = ['at', 'who', 'call', 'asked', 'unit', 'outcome', 'detail'];
    run(() =>
      call('file.export', {
        name: 'audit',
        kind: 'csv',
        bytes: csvOf([
          head,
          ...rows.map((row) => [new Date(row.at).toISOString(), row.who, row.call, row.asked, row.unit, row.outcome, row.detail]),
        ]),
      }),
    );
  };
  return (
    <section className="card flush">
      <div className="card-head" style={{ padding: '10px 16px 0' }}>
        <span className="grow second">{say('audit.text')}</span>
        <Button variant="outlined" onClick={exportCsv}>
          {say('word.exportCsv')}
        </Button>
      </div>
      <table className="plain">
        <thead>
          <tr>
            <th>{say('audit.at')}</th>
            <th>{say('audit.who')}</th>
            <th>{say('audit.call')}</th>
            <th>{say('audit.unit')}</th>
            <th>{say('audit.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 500).map((row) => (
            <tr key={`${row.at} ${row.call} ${row.unit}`}>
              <td>{dayClock(row.at)}</td>
              <td>{row.who}</td>
              <td>
                <code>{row.call}</code> <span className="quiet small">{row.asked}</span>
              </td>
              <td>
                {machines.get(row.unit)?.name ?? instances.get(row.unit)?.name ?? ''}{' '}
                <span className="quiet small">{row.unit === '' ? '–' : row.unit}</span>
              </td>
              <td className={row.outcome === 'done' ? 'quiet' : 'warn'} title={row.detail}>
                {row.outcome === 'done' ? say('task.done') : row.detail || row.outcome}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
