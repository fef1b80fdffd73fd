/** The window of one machine: console, details, performance, snapshots, exits; with its live numbers always in view. */
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ReactNode, useEffect } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { machinesIn, useInstance, useLoaded, useMachine, useMachines } from '../../desk/fleet.ts';
import { reading, series, useTick } from '../../desk/gauges.ts';
import { Empty } from '../../parts/empty.tsx';
import { memory, percent } from '../../parts/format.ts';
import { PerHour } from '../../parts/money.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StateBadge } from '../../parts/state.tsx';
import { go, usePlace } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { ActionButtons } from '../machines/action-buttons.tsx';
import { pricesIn } from '../machines/lines.ts';
import { Copy } from '../machines/panel.tsx';
import { ConsoleView } from './console.tsx';
import { Details } from './details.tsx';
import { ExitsView } from './exits.tsx';
import { PerformanceView } from './performance.tsx';
import { ScreenView } from './screen.tsx';
import { Snapshots } from './snapshots.tsx';
import '../machines/page.css';
import './machine.css';

const TABS = ['console', 'screen', 'details', 'performance', 'snapshots', 'exits'] as const;
type TabName = (typeof TABS)[number];

export function MachinePage(): ReactNode {
  const { path, query } = usePlace();
  const machine = useMachine(path[1] ?? '');
  const loaded = useLoaded();
  const tab = TABS.find((it) => it === path[2] && (it !== 'screen' || machine?.hasScreen === true)) ?? 'console';
  const name = machine?.name;
  useEffect(() => {
    if (name !== undefined && query.has('alone')) void call('window.title', { title: name });
  }, [name, query]);
  if (machine === undefined) return loaded ? <Empty title={say('machine.gone')} text={say('machine.goneText')} /> : null;
  const alone = query.has('alone') ? '?alone=1' : '';
  return (
    <>
      <Head machine={machine} alone={alone !== ''} />
      <Tabs
        value={tab}
        onChange={(_event, next: TabName) => go(`/machine/${machine.id}/${next}${alone}`)}
        aria-label={machine.name}
        className="page-tabs"
      >
        {TABS.filter((it) => it !== 'screen' || machine.hasScreen).map((it) => (
          <Tab key={it} value={it} label={say(`tab.${it}` as Words)} id={`tab-${it}`} aria-controls={`panel-${it}`} />
        ))}
      </Tabs>
      <div
        role="tabpanel"
        id={`panel-${tab}`}
        aria-labelledby={`tab-${tab}`}
        className={tab === 'console' || tab === 'screen' ? 'page-body fill' : 'page-body'}
      >
        {tab === 'console' && <ConsoleView key={machine.id} unit={machine.id} name={machine.name} line="serial" />}
        {tab === 'screen' && <ScreenView key={machine.id} unit={machine.id} name={machine.name} place="machine" />}
        {tab === 'details' && <Details key={machine.id} machine={machine} />}
        {tab === 'performance' && <PerformanceView unit={machine.id} memoryMib={machine.memoryMib} />}
        {tab === 'snapshots' && <Snapshots machine={machine} />}
        {tab === 'exits' && <ExitsView unit={machine.id} />}
      </div>
    </>
  );
}

function Head({ machine, alone }: { machine: Machine; alone: boolean }): ReactNode {
  useTick();
  const instance = useInstance(machine.instance);
  const machines = useMachines();
  const price = instance === undefined ? 0 : (pricesIn(machinesIn(machines, instance.id), instance).get(machine.id) ?? 0);
  const awake = machine.state === 'running' || machine.state === 'paused';
  return (
    <div className="page-head machine-head">
      <div className="grow">
        <div className="row">
          <h1 className="cut">{machine.name}</h1>
          <StateBadge state={machine.state} />
        </div>
        <span className="quiet small">
          {!alone && (
            <>
              <a href={`#/instance/${machine.instance}/overview`}>{instance?.name}</a> ·{' '}
            </>
          )}
          {say('machine.shape', { vcpus: machine.vcpus, memory: memory(machine.memoryMib) })}
          {machine.address !== '' && (
            <>
              {' · '}
              {machine.address}
              <Copy text={machine.address} />
            </>
          )}
          {' · '}
          <PerHour value={price} {...(instance === undefined ? {} : { currency: instance.currency })} />
        </span>
      </div>
      {awake && (
        <div className="head-live">
          <span>
            <span className="quiet tiny">{say('column.cpu')}</span> <b>{percent(reading(machine.id, 'cpu') ?? 0)}</b>
            <Sparkline points={series(machine.id, 'cpu')} max={100} width={92} height={22} label={say('column.cpu')} />
          </span>
          <span>
            <span className="quiet tiny">{say('column.steal')}</span> <b>{percent(reading(machine.id, 'steal') ?? 0)}</b>
            <Sparkline
              points={series(machine.id, 'steal')}
              max={0}
              width={92}
              height={22}
              tone="var(--thread-3)"
              label={say('column.steal')}
            />
          </span>
          <span>
            <span className="quiet tiny">{say('column.exits')}</span>{' '}
            <b>{Math.round(reading(machine.id, 'exits') ?? 0).toLocaleString('en')}</b>
            <Sparkline
              points={series(machine.id, 'exits')}
              max={0}
              width={92}
              height={22}
              tone="var(--thread-6)"
              label={say('column.exits')}
            />
          </span>
        </div>
      )}
      <ActionButtons machine={machine} />
    </div>
  );
}
