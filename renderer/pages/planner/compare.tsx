/** What if: up to four plans side by side, the differences from the first marked. */
import Button from '@mui/material/Button';
import { type ReactNode, useEffect, useState } from 'react';
import type { PlanView } from '../../../core/contract/plan.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { money, percent, significant } from '../../parts/format.ts';
import { say, sayAny, type Words } from '../../words/say.ts';
import { countOf } from './draft.ts';

export const MOST_BESIDE = 3;
/** What is less than this is as good as nothing: a change from it has no size. */
const NOTHING = 1e-4;
/** From this factor on a change is easier to read as one. */
const MANY_TIMES = 10;

interface Row {
  readonly words: Words;
  /** For comparing; null: no value. */
  value(plan: PlanView): number | string | null;
  show(plan: PlanView): string;
  /** Whether less is better, more is better, or neither. */
  readonly better?: 'less' | 'more';
}

const changeText = (change: number): string =>
  change >= MANY_TIMES - 1 ? `× ${significant(Math.round(change + 1))}` : percent(Math.abs(change) * 100);

const share = (value: number | null): string => (value === null ? '–' : percent(value * 100));

const ROWS: readonly Row[] = [
  { words: 'rent.type', value: (it) => it.type, show: (it) => it.type },
  { words: 'cut.count', value: (it) => it.count, show: (it) => String(it.count) },
  {
    words: 'plan.pricePerVm',
    value: (it) => it.pricePerVmHour,
    show: (it) => money(it.pricePerVmHour, it.currency),
    better: 'less',
  },
  {
    words: 'plan.perMonth',
    value: (it) => it.pricePerVmMonth,
    show: (it) => money(it.pricePerVmMonth, it.currency, 2),
    better: 'less',
  },
  { words: 'plan.saving', value: (it) => it.saving, show: (it) => share(it.saving), better: 'more' },
  {
    words: 'plan.breakEven',
    value: (it) => it.breakEvenCount,
    show: (it) => (it.breakEvenCount === null ? '–' : String(it.breakEvenCount)),
    better: 'less',
  },
  {
    words: 'plan.slowdown',
    value: (it) => it.contention.slowdown,
    show: (it) => `${it.contention.slowdown.toFixed(2)}×`,
    better: 'less',
  },
  {
    words: 'plan.cpuP95',
    value: (it) => it.contention.cpu.p95,
    show: (it) => it.contention.cpu.p95.toFixed(2),
    better: 'less',
  },
  {
    words: 'plan.cpuOverload',
    value: (it) => it.contention.cpu.overload,
    show: (it) => share(it.contention.cpu.overload),
    better: 'less',
  },
  {
    words: 'plan.memoryOverload',
    value: (it) => it.contention.memoryOverload.probability,
    show: (it) => share(it.contention.memoryOverload.probability),
    better: 'less',
  },
  {
    words: 'plan.binds',
    value: (it) => it.bindingResource,
    show: (it) => {
      const ratio = it.resources.find((each) => each.name === it.bindingResource)?.ratio;
      return `${sayAny(`resource.${it.bindingResource}`)}${ratio == null ? '' : ` ${ratio.toFixed(2)}:1`}`;
    },
  },
];

/** The plans of these scenarios, in their order; undefined while they are reckoned or where one is refused. */
function usePlans(scenarios: readonly PlanScenario[]): readonly (PlanView | undefined)[] {
  const [plans, setPlans] = useState<readonly (PlanView | undefined)[]>([]);
  const key = JSON.stringify(scenarios);
  useEffect(() => {
    let over = false;
    const wanted: PlanScenario[] = JSON.parse(key);
    void Promise.all(wanted.map((scenario) => call('plan.evaluate', { scenario }).catch(() => undefined))).then((answers) => {
      if (!over) setPlans(answers);
    });
    return () => {
      over = true;
    };
  }, [key]);
  return plans;
}

interface Props {
  readonly draft: PlanScenario;
  readonly beside: readonly PlanScenario[];
  setBeside(beside: readonly PlanScenario[]): void;
  /** Goes on with this one; the present plan takes its place. */
  take(index: number): void;
}

export function Compare({ draft, beside, setBeside, take }: Props): ReactNode {
  const all = [draft, ...beside];
  const plans = usePlans(all);
  const [base] = plans;
  if (beside.length === 0) return null;
  return (
    <section className="card" aria-labelledby="compare-title">
      <h2 id="compare-title">{say('compare.title')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by the keyboard */}
      <section className="compare-scroll" tabIndex={0} aria-label={say('compare.title')}>
        <table className="plain compare">
          <thead>
            <tr>
              <th scope="col">{say('plan.name')}</th>
              {all.map((it, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: plans are known by their place; names need not differ
                <th key={index} scope="col">
                  <div>{it.name ?? say('nav.planner')}</div>
                  <div className="quiet small">
                    {countOf(it)} × {it.guests[0]?.name}
                  </div>
                  {index > 0 && (
                    <div className="row">
                      <Button size="small" onClick={() => take(index - 1)}>
                        {say('compare.take')}
                      </Button>
                      <Button size="small" onClick={() => setBeside(beside.filter((_, at) => at !== index - 1))}>
                        {say('compare.drop')}
                      </Button>
                    </div>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map((row) => (
              <tr key={row.words}>
                <th scope="row">{say(row.words)}</th>
                {all.map((_, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above
                  <Cell key={index} row={row} plan={plans[index]} base={index === 0 ? undefined : base} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Cell({ row, plan, base }: { row: Row; plan: PlanView | undefined; base: PlanView | undefined }): ReactNode {
  if (plan === undefined) return <td className="quiet">…</td>;
  const value = row.value(plan);
  const before = base === undefined ? value : row.value(base);
  if (value === before) return <td>{row.show(plan)}</td>;
  const numeric = typeof value === 'number' && typeof before === 'number';
  const change = numeric && Math.abs(before) > NOTHING ? (value - before) / Math.abs(before) : undefined;
  const good = numeric && row.better !== undefined ? value < before === (row.better === 'less') : undefined;
  return (
    <td className={good === undefined ? 'differs' : good ? 'differs good' : 'differs bad'}>
      {row.show(plan)}
      {numeric && (
        <span className="small"> {`${value >= before ? '▲' : '▼'} ${change === undefined ? '' : changeText(change)}`}</span>
      )}
    </td>
  );
}
