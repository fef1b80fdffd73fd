/** What the cut comes to: the price of a machine, against renting a small instance for each. */
import type { ReactNode } from 'react';
import type { Instance, InstanceType } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { useSettings } from '../../desk/settings.ts';
import { brief, money, percent } from '../../parts/format.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say, type Words } from '../../words/say.ts';
import type { Fit, Shape } from './fit.ts';

interface Props {
  readonly instance: Instance;
  readonly fitting: Fit;
  readonly shape: Shape;
  readonly there: number;
  readonly baseline: InstanceType | undefined;
  readonly refusal: RefusalShape | undefined;
  readonly children: ReactNode;
}

export function CutSummary({ instance, fitting, shape, there, baseline, refusal, children }: Props): ReactNode {
  const { hoursPerMonth } = useSettings();
  const total = there + shape.count;
  const price = fitting.pricePerMachine;
  const small = baseline?.pricePerHour;
  const most = Math.max(price, small ?? 0, 0.0001);
  const breakEven = small === undefined || small === 0 ? undefined : Math.ceil(instance.pricePerHour / small);
  return (
    <aside className="card summary" aria-label={say('cut.summary')}>
      <h2>{say('cut.summary')}</h2>
      <div className="figure">
        <b>
          {money(price, instance.currency)}
          <small>{say('cut.perMachineHour')}</small>
        </b>
        <span>
          {say('cut.divided', {
            price: money(instance.pricePerHour, instance.currency),
            count: total,
            month: money(price * hoursPerMonth, instance.currency, 2),
          })}
        </span>
      </div>
      {baseline !== undefined && small !== undefined && (
        <div className="against">
          <div>
            <span>{say('cut.here')}</span>
            <span className="bar" style={{ width: `${(price / most) * 100}%`, background: 'var(--accent)' }} />
            <span className="number">{money(price, instance.currency)}</span>
          </div>
          <div>
            <span className="cut">{baseline.id}</span>
            <span className="bar" style={{ width: `${(small / most) * 100}%` }} />
            <span className="number">{money(small, instance.currency)}</span>
          </div>
          <p className="second small">
            {price < small
              ? say('cut.saves', { share: percent((1 - price / small) * 100), type: baseline.id })
              : say('cut.costs', { type: baseline.id, count: breakEven ?? 0 })}
            {price < small && breakEven !== undefined && ` ${say('cut.breakEven', { count: breakEven })}`}
          </p>
        </div>
      )}
      <dl className="facts small">
        <dt>{say('cut.cpuShare')}</dt>
        <dd>{say('cut.ecuEach', { ecu: brief(fitting.ecuPerMachine) })}</dd>
        <dt>{say('cut.bindsFirst')}</dt>
        <dd>{say(`resource.${fitting.binding}` as Words)}</dd>
        <dt>{say('cut.ownShare')}</dt>
        <dd>
          {say('cut.ownText', {
            memory: brief((instance.capacity?.ownMemoryMib ?? 0) / 1024),
            ecu: brief(instance.capacity?.ownCpuEcu ?? 0),
          })}
        </dd>
      </dl>
      {fitting.warnings.map((warning) => (
        <p
          key={warning}
          className={warning === 'memory' || warning === 'disk' || warning === 'wide' ? 'warning bad small' : 'warning small'}
          role="status"
        >
          {say(`warn.${warning}` as Words)}
        </p>
      ))}
      {children}
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </aside>
  );
}
