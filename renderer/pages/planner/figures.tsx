/** Every figure of the plan with how it was reckoned: formula, inputs, sources and dates. */
import type { ReactNode } from 'react';
import type { PlanFigure, PlanView } from '../../../core/contract/plan.ts';
import { significant } from '../../parts/format.ts';
import { say } from '../../words/say.ts';

const text = (value: number | string): string => (typeof value === 'number' ? significant(value) : value);

/** Formula and inputs of one figure. */
export function HowReckoned({ figure }: { figure: PlanFigure }): ReactNode {
  return (
    <>
      <code>{figure.formula}</code>
      <dl className="facts small">
        {figure.inputs.map((input) => (
          <div key={input.name} style={{ display: 'contents' }}>
            <dt>{input.name}</dt>
            <dd>
              {text(input.value)} <span className="unit">{input.unit}</span>
              {input.source !== undefined && (
                <div className="quiet tiny">
                  {input.source.title}, {input.source.date} ({input.source.confidence})
                </div>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {figure.note !== undefined && <p className="second small">{figure.note}</p>}
    </>
  );
}

export function AllFigures({ plan }: { plan: PlanView }): ReactNode {
  return (
    <section className="card" aria-labelledby="all-figures">
      <h2 id="all-figures">{say('plan.allFigures')}</h2>
      <div className="all-figures">
        {Object.values(plan.figures).map((figure) => (
          <details key={figure.id}>
            <summary>
              <span className="grow">{figure.title}</span>
              <b>{figure.value === null ? '–' : significant(figure.value)}</b> <span className="unit">{figure.unit}</span>
            </summary>
            <div className="how">
              <HowReckoned figure={figure} />
            </div>
          </details>
        ))}
      </div>
    </section>
  );
}
