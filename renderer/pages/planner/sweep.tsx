/** Many scenarios at once: two inputs over their ranges, reckoned step by step, with progress; stopped at any time. */
import Button from '@mui/material/Button';
import { type ReactNode, useRef, useState } from 'react';
import type { PlanSweepRow } from '../../../core/contract/plan.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { money, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say, type Words } from '../../words/say.ts';
import { countOf } from './draft.ts';
import { Amount, Pick } from './fields.tsx';
import { Plot } from './plot.tsx';

interface Input {
  readonly path: string;
  readonly words: Words;
  readonly whole: boolean;
  readonly from: number;
  to(draft: PlanScenario): number;
}

const COUNT: Input = {
  path: 'count',
  words: 'cut.count',
  whole: true,
  from: 1,
  to: (draft) => Math.max(100, 2 * countOf(draft)),
};
const INPUTS: readonly Input[] = [
  COUNT,
  { path: 'guests.0.load.mean', words: 'plan.mean', whole: false, from: 0.01, to: (draft) => draft.guests[0]?.load?.burst ?? 1 },
  { path: 'guests.0.vcpus', words: 'column.vcpus', whole: true, from: 1, to: () => 8 },
  { path: 'guests.0.memoryMb', words: 'plan.memory', whole: true, from: 128, to: () => 8192 },
  { path: 'guests.0.correlation', words: 'plan.correlation', whole: false, from: 0, to: () => 0.9 },
  { path: 'headroom', words: 'plan.headroom', whole: false, from: 0, to: () => 0.5 },
  { path: 'instances', words: 'plan.instances', whole: true, from: 1, to: () => 20 },
];

interface Axis {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

const STEPS = 100;
const DRAWN = 2000;
const inputOf = (path: string): Input => INPUTS.find((it) => it.path === path) ?? COUNT;

function valuesOf({ path, from, to, steps }: Axis): number[] {
  const values = Array.from({ length: steps }, (_, index) => from + ((to - from) * index) / Math.max(1, steps - 1));
  return [...new Set(inputOf(path).whole ? values.map(Math.round) : values.map((it) => Math.round(it * 1e6) / 1e6))];
}

interface Found {
  readonly done: number;
  readonly total: number;
  readonly rows: readonly PlanSweepRow[];
}

export function SweepPicture({ scenario }: { scenario: PlanScenario }): ReactNode {
  const axisFor = (path: string): Axis => ({ path, from: inputOf(path).from, to: inputOf(path).to(scenario), steps: STEPS });
  const [axes, setAxes] = useState<readonly [Axis, Axis]>(() => [axisFor('count'), axisFor('guests.0.load.mean')]);
  const [found, setFound] = useState<Found>();
  const [refusal, setRefusal] = useState<RefusalShape>();
  const turn = useRef(0);
  const [going, setGoing] = useState(false);
  const begin = async (): Promise<void> => {
    const mine = ++turn.current;
    setGoing(true);
    setRefusal(undefined);
    const rows: PlanSweepRow[] = [];
    const asked = axes.map((axis) => ({ path: axis.path, values: valuesOf(axis) }));
    try {
      for (;;) {
        const next = await call('plan.sweep', { scenario, axes: asked, from: rows.length });
        if (mine !== turn.current) return;
        rows.push(...next.rows);
        setFound({ done: next.done, total: next.total, rows: [...rows] });
        if (next.done >= next.total) break;
      }
    } catch (thrown) {
      setRefusal(refusalOf(thrown));
    }
    setGoing(false);
  };
  const stop = (): void => {
    turn.current += 1;
    setGoing(false);
  };
  const set = (index: 0 | 1, change: Partial<Axis>): void => {
    const [first, second] = axes;
    const next = { ...(change.path === undefined ? axes[index] : axisFor(change.path)), ...change };
    setAxes(index === 0 ? [next, second] : [first, next]);
  };
  const rows = found?.rows ?? [];
  const answered = rows.filter((it) => it.pricePerVmHour !== null && it.slowdown !== null);
  const table = {
    head: [
      ...axes.map((axis) => say(inputOf(axis.path).words)),
      say('plan.pricePerVm'),
      say('plan.slowdown'),
      say('plan.cpuP95'),
      say('plan.memoryOverload'),
      say('plan.binds'),
      say('sweep.refused'),
    ],
    rows: rows.map((it) => [
      ...it.at.map((value) => (typeof value === 'number' ? value : String(value))),
      it.pricePerVmHour ?? '–',
      it.slowdown ?? '–',
      it.cpuP95 ?? '–',
      it.memoryOverload ?? '–',
      it.bindingResource ?? '–',
      it.refusal ?? '',
    ]),
  };
  return (
    <Picture
      title={say('picture.sweep')}
      answer={
        found === undefined
          ? say('sweep.what', { count: axes.reduce((product, axis) => product * valuesOf(axis).length, 1) })
          : say('sweep.answer', { done: found.done.toLocaleString('en'), total: found.total.toLocaleString('en') })
      }
      table={table}
    >
      {answered.length > 0 && <SweepPlot rows={answered} />}
      <div className="sweep-axes">
        {([0, 1] as const).map((index) => (
          <div key={index} className="sweep-axis">
            <Pick
              words="plan.input"
              value={axes[index].path}
              options={INPUTS.map((it) => ({ id: it.path, text: say(it.words) }))}
              set={(path) => set(index, { path })}
            />
            <Amount
              words="sweep.from"
              value={axes[index].from}
              min={0}
              max={1e6}
              set={(from) => set(index, { from: from ?? 0 })}
            />
            <Amount words="sweep.to" value={axes[index].to} min={0} max={1e6} set={(to) => set(index, { to: to ?? 0 })} />
            <Amount
              words="sweep.steps"
              value={axes[index].steps}
              min={1}
              max={1000}
              set={(steps) => set(index, { steps: Math.round(steps ?? 1) })}
            />
          </div>
        ))}
      </div>
      <div className="row wrap check-foot">
        {going && (
          <span
            className="task-bar"
            role="progressbar"
            aria-label={say('picture.sweep')}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round((100 * (found?.done ?? 0)) / (found?.total ?? 1))}
          >
            <span style={{ width: `${(100 * (found?.done ?? 0)) / (found?.total ?? 1)}%` }} />
          </span>
        )}
        {going ? (
          <Button size="small" onClick={stop}>
            {say('word.cancel')}
          </Button>
        ) : (
          <Button size="small" variant="outlined" onClick={() => void begin()}>
            {say('sweep.go')}
          </Button>
        )}
      </div>
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </Picture>
  );
}

function SweepPlot({ rows }: { rows: readonly PlanSweepRow[] }): ReactNode {
  const prices = rows.map((it) => it.pricePerVmHour ?? 0).sort((a, b) => a - b);
  const slow = rows.map((it) => it.slowdown ?? 1).sort((a, b) => a - b);
  // The worst twentieth would squeeze the rest into a corner.
  const most = (sorted: readonly number[]): number => sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 1;
  const every = Math.max(1, Math.ceil(rows.length / DRAWN));
  const [right, top] = [most(prices) * 1.05 || 1, Math.max(1.2, most(slow))];
  return (
    <Plot
      label={say('picture.sweep')}
      x={{ min: 0, max: right, label: say('plan.pricePerVm'), text: (value) => money(value, 'USD', right < 0.2 ? 3 : 2) }}
      y={{ min: 1, max: top, label: say('plan.slowdown'), text: (value) => `${significant(value)}×` }}
    >
      {({ x, y }) =>
        rows
          .filter((it, index) => index % every === 0 && (it.pricePerVmHour ?? 0) <= right && (it.slowdown ?? 1) <= top)
          .map((it) => (
            <circle
              key={it.at.join(' ')}
              cx={x(it.pricePerVmHour ?? 0)}
              cy={y(it.slowdown ?? 1)}
              r="1.8"
              fill="var(--thread-0)"
              opacity="0.45"
            />
          ))
      }
    </Plot>
  );
}
