/** The answer in figures; each says how it was reckoned when asked. */
import Popover from '@mui/material/Popover';
import { type ReactNode, useState } from 'react';
import type { PlanFigure, PlanView } from '../../../core/contract/plan.ts';
import { money, percent } from '../../parts/format.ts';
import { say, sayAny } from '../../words/say.ts';
import { HowReckoned } from './figures.tsx';

function Asked({
  figure,
  value,
  unit,
  text,
}: {
  figure: PlanFigure | undefined;
  value: string;
  unit?: string;
  text: string;
}): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  return (
    <>
      <button
        type="button"
        className="figure asked"
        onClick={(event) => setAt(event.currentTarget)}
        disabled={figure === undefined}
        aria-haspopup="dialog"
      >
        <b>
          {value}
          {unit !== undefined && <small>{unit}</small>}
        </b>
        <span>{text}</span>
      </button>
      <Popover
        open={at !== undefined}
        anchorEl={at ?? null}
        onClose={() => setAt(undefined)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
      >
        {figure !== undefined && (
          <div className="how" role="dialog" aria-label={figure.title}>
            <h3>{figure.title}</h3>
            <HowReckoned figure={figure} />
          </div>
        )}
      </Popover>
    </>
  );
}

export function Answers({ plan }: { plan: PlanView }): ReactNode {
  const { figures, contention } = plan;
  return (
    <section className="card figures" aria-label={say('plan.answer')}>
      <Asked
        figure={figures.pricePerVmHour}
        value={money(plan.pricePerVmHour, plan.currency)}
        unit="/h"
        text={say('plan.perMachine', { month: money(plan.pricePerVmMonth, plan.currency, 2) })}
      />
      <Asked
        figure={figures.saving}
        value={plan.saving === null ? '–' : percent(plan.saving * 100)}
        text={
          plan.saving === null
            ? say('plan.noBaseline')
            : plan.saving >= 0
              ? say('plan.saved', { ratio: percent((plan.ratioToBaseline ?? 0) * 100) })
              : say('plan.dearer')
        }
      />
      <Asked
        figure={figures.breakEvenCount}
        value={plan.breakEvenCount === null ? '–' : String(plan.breakEvenCount)}
        text={say('plan.breakEven')}
      />
      <Asked figure={figures.slowdown} value={contention.slowdown.toFixed(2)} unit="×" text={say('plan.slower')} />
      <Asked figure={figures.cpuP95} value={contention.cpu.p95.toFixed(2)} text={say('plan.demand')} />
      <Asked figure={figures.bindingResource} value={sayAny(`resource.${plan.bindingResource}`)} text={say('plan.binds')} />
    </section>
  );
}
