/** The budget of a month, and the alarm. */
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { type ReactNode, useState } from 'react';
import type { Spend } from '../../../core/contract/spend.ts';
import { call } from '../../desk/client.ts';
import { useSettings } from '../../desk/settings.ts';
import { money, percent } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

export function BudgetCard({ spend, saved }: { spend: Spend; saved(): void }): ReactNode {
  const { hoursPerMonth } = useSettings();
  const [budget, setBudget] = useState(spend.budget);
  const rate = spend.perHour * hoursPerMonth;
  const share = spend.budget.perMonth === 0 ? 0 : rate / spend.budget.perMonth;
  const alarm = spend.budget.on && share * 100 > spend.budget.alarmAt;
  const changed = JSON.stringify(budget) !== JSON.stringify(spend.budget);
  return (
    <section className="card stack">
      <div className="row">
        <h2 className="grow">{say('budget.title')}</h2>
        <FormControlLabel
          control={<Switch checked={budget.on} onChange={(_event, on) => setBudget({ ...budget, on })} />}
          label={say('budget.on')}
        />
      </div>
      <div>
        <span
          className={['budget-bar', alarm ? 'alarm' : '', spend.budget.on ? '' : 'off'].join(' ')}
          role="img"
          aria-label={percent(share * 100)}
        >
          <i style={{ width: `${Math.min(100, share * 100)}%` }} />
          <b style={{ left: `${spend.budget.alarmAt}%` }} />
        </span>
        <p className={alarm ? 'warn small' : 'second small'} style={{ marginTop: 6 }}>
          {say('budget.text', {
            rate: money(rate, spend.currency, 2),
            share: percent(share * 100),
            budget: money(spend.budget.perMonth, spend.currency, 2),
          })}
        </p>
      </div>
      <div className="form-grid">
        <NumberField
          label={say('budget.perMonth', { currency: spend.currency })}
          value={budget.perMonth}
          min={0}
          max={10_000_000}
          set={(perMonth) => setBudget({ ...budget, perMonth })}
        />
        <NumberField
          label={say('budget.alarmAt')}
          value={budget.alarmAt}
          min={1}
          max={100}
          set={(alarmAt) => setBudget({ ...budget, alarmAt })}
        />
        <Button
          variant="contained"
          disabled={!changed}
          sx={{ alignSelf: 'start' }}
          onClick={() =>
            run(async () => {
              await call('spend.budget', { budget });
              saved();
            })
          }
        >
          {say('word.apply')}
        </Button>
      </div>
    </section>
  );
}
