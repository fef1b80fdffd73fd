/** The three resources as bullet bars: what is asked, what is there, and what is divided by what. */
import type { ReactNode } from 'react';
import { memory, percent, ratio, whole } from '../../parts/format.ts';
import { say, type Words } from '../../words/say.ts';
import type { Fit, Part, Shape } from './fit.ts';

/** The end of the bar stands for this many times what is there. */
function scaleOf(part: Part): number {
  return part.resource === 'cpu' ? Math.max(4, Math.ceil(part.ratio)) : Math.max(1.15, part.ratio);
}

function sentence(part: Part): string {
  if (part.resource === 'cpu') return say('ratio.cpu', { asked: part.asked, there: part.there });
  const values = {
    asked: memory(part.asked),
    there: memory(part.there),
    more: Number.isFinite(part.allows) ? whole(part.allows) : '∞',
  };
  return say(part.resource === 'memory' ? 'ratio.memory' : 'ratio.disk', values);
}

export function Ratios({ fitting, shape }: { fitting: Fit; shape: Shape }): ReactNode {
  return (
    <div className="ratios">
      {fitting.parts.map((part) => {
        const scale = scaleOf(part);
        const over = part.resource !== 'cpu' && part.ratio > 1;
        return (
          <div className="ratio" key={part.resource}>
            <span className="second">
              {say(`resource.${part.resource}` as Words)}
              {part.resource === fitting.binding && shape.count > 0 && <span className="unseen">{say('ratio.binds')}</span>}
            </span>
            <span className="bullet" role="img" aria-label={sentence(part)}>
              <i className={over ? 'over' : ''} style={{ width: `${Math.min(100, (part.ratio / scale) * 100)}%` }} />
              <b style={{ left: `calc(${100 / scale}% - 1px)` }} />
            </span>
            <b className={over ? 'warn number' : 'number'}>
              {part.resource === 'cpu'
                ? ratio(part.asked, part.there)
                : Number.isFinite(part.ratio)
                  ? percent(part.ratio * 100)
                  : '–'}
            </b>
            <p>
              {sentence(part)}
              {part.resource === fitting.binding && ` ${say('ratio.binds')}`}
            </p>
          </div>
        );
      })}
    </div>
  );
}
