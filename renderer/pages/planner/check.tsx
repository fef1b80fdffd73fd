/** Checking a plan: its partition is built on the emulated stack, every machine computes, and measured is put beside predicted. */
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { PlanCheckRow } from '../../../core/contract/plan.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { useTasks } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { percent, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { leftText, TaskBar } from '../../parts/task.tsx';
import { say } from '../../words/say.ts';
import { Plot, pathOf } from './plot.tsx';

/** Milliseconds between two looks at what was measured. */
const LOOK_EVERY = 1500;
const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${percent(Math.abs(share) * 100)}`;

export function CheckPicture({ scenario }: { scenario: PlanScenario }): ReactNode {
  const checked = useRead('plan.checked', { scenario }, [], LOOK_EVERY);
  const tasks = useTasks();
  const rows = checked.value?.rows ?? [];
  const task = tasks.get(checked.value?.task ?? '');
  const running = task?.state === 'running';
  const worst = rows.reduce((most, it) => (Math.abs(it.error) > Math.abs(most) ? it.error : most), 0);
  const begin = (): void =>
    run(async () => {
      await call('plan.check', { scenario });
      checked.again();
    });
  const table = {
    head: [
      say('cut.count'),
      say('check.predicted'),
      say('check.measured'),
      say('check.error'),
      say('check.least'),
      say('check.most'),
    ],
    rows: rows.map((it) => [it.count, it.predicted, it.measured, signed(it.error), it.least, it.most]),
  };
  return (
    <Picture
      title={say('picture.check')}
      answer={
        rows.length === 0
          ? say('check.what')
          : say('check.answer', { worst: signed(worst), count: rows.length, within: rows.filter((it) => it.within).length })
      }
      table={table}
    >
      {rows.length > 0 && <CheckPlot rows={rows} />}
      <div className="row wrap check-foot">
        {running && task !== undefined ? (
          <>
            <TaskBar task={task} />
            <span className="small second grow">
              {task.step} <span className="quiet">{leftText(task)}</span>
            </span>
            <Button size="small" onClick={() => run(() => call('task.cancel', { task: task.id }))}>
              {say('word.cancel')}
            </Button>
          </>
        ) : (
          <Button variant="outlined" size="small" onClick={begin}>
            {say(rows.length === 0 ? 'check.go' : 'check.again')}
          </Button>
        )}
      </div>
      {task?.failure != null && <RefusalNote refusal={task.failure} />}
    </Picture>
  );
}

function CheckPlot({ rows }: { rows: readonly PlanCheckRow[] }): ReactNode {
  const most = Math.max(2, ...rows.map((it) => it.count));
  const top = Math.max(1.5, ...rows.map((it) => Math.max(it.most, it.predicted))) * 1.05;
  return (
    <Plot
      label={say('picture.check')}
      x={{ min: 0, max: most * 1.06, label: say('cut.count'), text: significant }}
      y={{ min: 0, max: top, label: say('plan.slowdown'), text: (value) => `${significant(value)}×` }}
    >
      {({ x, y, left, top: upper }) => (
        <>
          <path
            d={pathOf(rows.map((it) => [x(it.count), y(it.predicted)]))}
            fill="none"
            stroke="var(--accent)"
            strokeWidth="2.2"
          />
          {rows.map((it) => (
            <g key={it.count}>
              <line x1={x(it.count)} x2={x(it.count)} y1={y(it.least)} y2={y(it.most)} stroke="var(--thread-3)" strokeWidth="2" />
              <circle cx={x(it.count)} cy={y(it.measured)} r="4.5" fill="var(--thread-3)">
                <title>
                  {say('check.point', { count: it.count, measured: it.measured.toFixed(3), predicted: it.predicted.toFixed(3) })}
                </title>
              </circle>
              <text x={x(it.count)} y={y(it.most) - 8} textAnchor="middle" className="mark">
                {signed(it.error)}
              </text>
            </g>
          ))}
          <text x={left + 10} y={upper + 14} className="mark accent">
            {say('check.predicted')}
          </text>
          <text x={left + 10} y={upper + 30} className="mark" style={{ fill: 'var(--thread-3)' }}>
            {say('check.measured')}
          </text>
        </>
      )}
    </Plot>
  );
}
