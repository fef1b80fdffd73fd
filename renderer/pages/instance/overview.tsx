/** Who holds and who uses the instance. */
import { type ReactNode, useMemo } from 'react';
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import { machinesIn, useMachines } from '../../desk/fleet.ts';
import { reading, useTick } from '../../desk/gauges.ts';
import { Cloth } from '../../parts/cloth.tsx';
import { brief, memory, money, percent, ratio } from '../../parts/format.ts';
import { StateMark } from '../../parts/state.tsx';
import { toneOf } from '../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import { pricesIn } from '../machines/lines.ts';
import { UseChart } from './use-chart.tsx';

export function Overview({ instance }: { instance: Instance }): ReactNode {
  useTick();
  const all = useMachines();
  const machines = useMemo(() => machinesIn(all, instance.id), [all, instance.id]);
  const vcpus = machines.reduce((sum, it) => sum + it.vcpus, 0);
  const promised = machines.reduce((sum, it) => sum + it.memoryMib, 0);
  const room = instance.capacity?.memoryMib ?? instance.memoryMib;
  const cpu = reading(instance.id, 'cpu') ?? 0;
  const shared = reading(instance.id, 'sharedMemory') ?? 0;
  return (
    <div className="stack">
      <div className="card figures">
        <Figure value={percent(cpu)} text={say('overview.cpu', { vcpus: instance.vcpus })} />
        <Figure
          value={ratio(vcpus, instance.capacity?.vcpus ?? instance.vcpus)}
          text={say('ratio.cpu', { asked: vcpus, there: instance.capacity?.vcpus ?? instance.vcpus })}
        />
        <Figure
          value={percent((promised / room) * 100)}
          text={say('overview.memory', { asked: memory(promised), there: memory(room) })}
        />
        <Figure value={memory(shared)} text={say('overview.shared')} />
        <Figure value={percent(reading(instance.id, 'steal') ?? 0)} text={say('overview.steal')} />
        <Figure value={brief(reading(instance.id, 'exits') ?? 0)} unit="/s" text={say('overview.exits')} />
      </div>
      <section className="card stack">
        <h2>{say('overview.cloth')}</h2>
        <Cloth instance={instance} machines={machines} height={150} />
        <span className="quiet small">{say('overview.clothText', { count: machines.length })}</span>
      </section>
      <div className="grid two">
        <UseChart instance={instance} machines={machines} />
        <TopUsers instance={instance} machines={machines} />
      </div>
    </div>
  );
}

export function Figure({ value, unit, text }: { value: string; unit?: string; text: string }): ReactNode {
  return (
    <div className="figure">
      <b>
        {value}
        {unit !== undefined && <small>{unit}</small>}
      </b>
      <span>{text}</span>
    </div>
  );
}

const MOST = 12;

function TopUsers({ instance, machines }: { instance: Instance; machines: readonly Machine[] }): ReactNode {
  const prices = useMemo(() => pricesIn(machines, instance), [machines, instance]);
  const rows = machines
    .map((machine, index) => ({
      machine,
      tone: toneOf(index),
      used: ((reading(machine.id, 'cpu') ?? 0) * machine.vcpus) / instance.vcpus,
      steal: reading(machine.id, 'steal') ?? 0,
    }))
    .sort((a, b) => b.used - a.used)
    .slice(0, MOST);
  return (
    <section className="card flush">
      <h2 style={{ padding: '14px 16px 6px' }}>{say('overview.top')}</h2>
      <table className="plain">
        <thead>
          <tr>
            <th>{say('word.machine')}</th>
            <th className="number">{say('overview.ofInstance')}</th>
            <th className="number">{say('column.steal')}</th>
            <th className="number">{say('column.price')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ machine, tone, used, steal }) => (
            <tr key={machine.id}>
              <td>
                <span className="row">
                  <i style={{ width: 10, height: 10, borderRadius: 3, background: tone, flex: 'none' }} />
                  <StateMark state={machine.state} />
                  <a href={`#/machine/${machine.id}/console`} className="cut">
                    {machine.name}
                  </a>
                </span>
              </td>
              <td className="number">{percent(used)}</td>
              <td className={steal > 7 ? 'number warn' : 'number'}>{percent(steal)}</td>
              <td className="number">{money(prices.get(machine.id) ?? 0, instance.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {machines.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          {say('overview.noMachines')}
        </p>
      )}
    </section>
  );
}
