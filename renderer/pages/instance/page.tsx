/** The window of an instance: how it is cut, who uses it, what its layers cost, its own console. */
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { useInstance, useLoaded } from '../../desk/fleet.ts';
import { Empty } from '../../parts/empty.tsx';
import { memory } from '../../parts/format.ts';
import { PerHour } from '../../parts/money.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { StateBadge } from '../../parts/state.tsx';
import { go, usePlace } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { ConsoleView } from '../machine/console.tsx';
import { ExitsView } from '../machine/exits.tsx';
import { PerformanceView } from '../machine/performance.tsx';
import { ScreenView } from '../machine/screen.tsx';
import { EndDialog } from './end-dialog.tsx';
import { Overview } from './overview.tsx';
import '../machine/machine.css';

const TABS = ['overview', 'performance', 'exits', 'console', 'screen'] as const;
type TabName = (typeof TABS)[number];

export function InstancePage(): ReactNode {
  const { path, query } = usePlace();
  const instance = useInstance(path[1] ?? '');
  const loaded = useLoaded();
  const tab =
    TABS.find((it) => it === path[2] && (it !== 'screen' || (instance !== undefined && drawsItself(instance)))) ?? 'overview';
  if (instance === undefined) return loaded ? <Empty title={say('instance.gone')} text={say('instance.goneText')} /> : null;
  const alone = query.has('alone') ? '?alone=1' : '';
  const draws = drawsItself(instance);
  return (
    <>
      <Head instance={instance} />
      <Tabs
        value={tab}
        onChange={(_event, next: TabName) => go(`/instance/${instance.id}/${next}${alone}`)}
        aria-label={instance.name}
        className="page-tabs"
      >
        {TABS.filter((it) => it !== 'screen' || draws).map((it) => (
          <Tab key={it} value={it} label={say(`tab.${it}` as Words)} id={`tab-${it}`} aria-controls={`panel-${it}`} />
        ))}
      </Tabs>
      <div
        role="tabpanel"
        id={`panel-${tab}`}
        aria-labelledby={`tab-${tab}`}
        className={tab === 'console' || tab === 'screen' ? 'page-body fill' : 'page-body'}
      >
        {(instance.state === 'lost' || instance.state === 'failed') && (
          <div style={{ paddingTop: 16 }}>
            <RefusalNote
              refusal={{
                code: `instance-${instance.state}`,
                message: say(instance.state === 'lost' ? 'instance.lost' : 'instance.failed', { reason: instance.reason }),
                remedy: say(instance.state === 'lost' ? 'instance.lostHelp' : 'instance.failedHelp'),
              }}
            />
          </div>
        )}
        {tab === 'overview' && <Overview instance={instance} />}
        {tab === 'performance' && <PerformanceView unit={instance.id} memoryMib={instance.memoryMib} />}
        {tab === 'exits' && <ExitsView unit={instance.id} />}
        {tab === 'screen' && <ScreenView key={instance.id} unit={instance.id} name={instance.name} place="instance" />}
        {tab === 'console' && <ConsoleView key={instance.id} unit={instance.id} name={instance.name} line="boot" />}
      </div>
    </>
  );
}

/** Its own kernel has the container, and was chosen for its screen. */
const drawsItself = ({ state, image = 'default' }: Instance): boolean =>
  image !== 'default' && (state === 'starting' || state === 'ready');

function Head({ instance }: { instance: Instance }): ReactNode {
  const [ending, setEnding] = useState(false);
  const awake = instance.state === 'blanket' || instance.state === 'ready';
  return (
    <div className="page-head">
      <div className="grow">
        <div className="row">
          <h1 className="cut">{instance.name}</h1>
          <StateBadge state={instance.state} />
        </div>
        <span className="quiet small cut">
          {instance.type} · {instance.region} · {instance.vcpus} vCPU{instance.ecu !== null && ` (${instance.ecu} ECU)`},{' '}
          {memory(instance.memoryMib)} · <PerHour value={instance.pricePerHour} currency={instance.currency} />
        </span>
      </div>
      {instance.state === 'saved' ? (
        <Button variant="contained" onClick={() => run(() => call('instance.resume', { instance: instance.id }))}>
          {say('instance.resume')}
        </Button>
      ) : (
        <Button variant="outlined" disabled={!awake} onClick={() => run(() => call('instance.save', { instance: instance.id }))}>
          {say('instance.save')}
        </Button>
      )}
      {instance.state === 'blanket' && (
        <Button variant="outlined" onClick={() => go(`/planner?measured=${instance.id}`)}>
          {say('instance.plan')}
        </Button>
      )}
      <Button variant="outlined" color="error" onClick={() => setEnding(true)}>
        {say('instance.end')}
      </Button>
      <Button variant="contained" disabled={!awake} onClick={() => go(`/partition?instance=${instance.id}`)}>
        {say(instance.capacity === null ? 'panel.lay' : 'panel.partition')}
      </Button>
      {ending && <EndDialog instance={instance} close={() => setEnding(false)} />}
    </div>
  );
}
