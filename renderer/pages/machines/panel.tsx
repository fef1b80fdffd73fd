/** The panel beside the table: what one machine or instance is, does and costs, and the way into it. */
import CloseOutlined from '@mui/icons-material/CloseOutlined';
import ContentCopyOutlined from '@mui/icons-material/ContentCopyOutlined';
import OpenInNewOutlined from '@mui/icons-material/OpenInNewOutlined';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { ReactNode } from 'react';
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import type { GaugeName } from '../../../core/contract/gauges.ts';
import { call } from '../../desk/client.ts';
import { machinesIn, useInstance, useMachine, useMachines } from '../../desk/fleet.ts';
import { reading, series, useTick } from '../../desk/gauges.ts';
import { Cloth } from '../../parts/cloth.tsx';
import { byteRate, dayClock, memory, money, percent } from '../../parts/format.ts';
import { PerHour } from '../../parts/money.tsx';
import { run } from '../../parts/run.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StateBadge } from '../../parts/state.tsx';
import { go } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { ActionButtons } from './action-buttons.tsx';
import { pricesIn } from './lines.ts';

export function Panel({ unit, close }: { unit: string; close(): void }): ReactNode {
  const machine = useMachine(unit);
  const instance = useInstance(machine?.instance ?? unit);
  if (machine !== undefined) return <MachinePanel machine={machine} instance={instance} close={close} />;
  return instance === undefined ? null : <InstancePanel instance={instance} close={close} />;
}

function Head({ name, state, sub, close }: { name: string; state: string; sub: ReactNode; close(): void }): ReactNode {
  return (
    <header>
      <div className="row">
        <h2 className="cut grow">{name}</h2>
        <IconButton onClick={close} aria-label={say('panel.close')}>
          <CloseOutlined />
        </IconButton>
      </div>
      <div className="row">
        <StateBadge state={state} />
        <span className="quiet small cut">{sub}</span>
      </div>
    </header>
  );
}

function Live({
  unit,
  gauges,
  words,
  max,
  text,
  tone,
}: {
  unit: string;
  gauges: readonly GaugeName[];
  words: Words;
  max: number;
  text(value: number): string;
  tone: string;
}): ReactNode {
  const value = reading(unit, ...gauges) ?? 0;
  return (
    <div className="live">
      <div className="row">
        <span className="grow second small">{say(words)}</span>
        <b>{text(value)}</b>
      </div>
      <Sparkline
        points={series(unit, ...gauges)}
        max={max}
        width={276}
        height={34}
        tone={tone}
        label={`${say(words)} ${text(value)}`}
      />
    </div>
  );
}

export function Copy({ text }: { text: string }): ReactNode {
  return (
    <Tooltip title={say('word.copy')}>
      <IconButton
        className="copy"
        aria-label={`${say('word.copy')} ${text}`}
        onClick={() => run(() => navigator.clipboard.writeText(text))}
      >
        <ContentCopyOutlined />
      </IconButton>
    </Tooltip>
  );
}

function MachinePanel({
  machine,
  instance,
  close,
}: {
  machine: Machine;
  instance: Instance | undefined;
  close(): void;
}): ReactNode {
  useTick();
  const machines = useMachines();
  const price = instance === undefined ? 0 : (pricesIn(machinesIn(machines, instance.id), instance).get(machine.id) ?? 0);
  const awake = machine.state === 'running' || machine.state === 'paused';
  return (
    <aside className="panel" aria-label={machine.name}>
      <Head
        name={machine.name}
        state={machine.state}
        close={close}
        sub={machine.reason === '' ? (instance?.name ?? '') : machine.reason}
      />
      <div className="row">
        <Button variant="contained" onClick={() => go(`/machine/${machine.id}/console`)}>
          {say('panel.console')}
        </Button>
        <Tooltip title={say('panel.popOut')}>
          <IconButton
            onClick={() => run(() => call('window.open', { place: `/machine/${machine.id}/console` }))}
            aria-label={say('panel.popOut')}
          >
            <OpenInNewOutlined />
          </IconButton>
        </Tooltip>
        <span className="grow" />
        <ActionButtons machine={machine} />
      </div>
      {awake && (
        <div className="stack">
          <Live unit={machine.id} gauges={['cpu']} words="column.cpu" max={100} text={percent} tone="var(--thread-0)" />
          <Live
            unit={machine.id}
            gauges={['memory']}
            words="column.memory"
            max={machine.memoryMib}
            text={memory}
            tone="var(--thread-5)"
          />
          <Live
            unit={machine.id}
            gauges={['diskRead', 'diskWrite']}
            words="column.disk"
            max={0}
            text={byteRate}
            tone="var(--thread-1)"
          />
          <Live
            unit={machine.id}
            gauges={['netIn', 'netOut']}
            words="column.network"
            max={0}
            text={byteRate}
            tone="var(--thread-2)"
          />
        </div>
      )}
      <dl className="facts small">
        <dt>{say('column.address')}</dt>
        <dd className="row">
          {machine.address === '' ? (
            '–'
          ) : (
            <>
              <code>{machine.address}</code>
              <Copy text={machine.address} />
            </>
          )}
        </dd>
        <dt>{say('column.mac')}</dt>
        <dd>{machine.nics[0] === undefined ? '–' : <code>{machine.nics[0].mac}</code>}</dd>
        <dt>{say('column.shape')}</dt>
        <dd>{say('machine.shape', { vcpus: machine.vcpus, memory: memory(machine.memoryMib) })}</dd>
        <dt>{say('column.weight')}</dt>
        <dd>
          {machine.weight}
          {machine.cap > 0 && `, ${say('machine.capped', { cap: machine.cap })}`}
        </dd>
        <dt>{say('column.steal')}</dt>
        <dd>{awake ? percent(reading(machine.id, 'steal') ?? 0) : '–'}</dd>
        <dt>{say('column.price')}</dt>
        <dd>
          <PerHour value={price} {...(instance === undefined ? {} : { currency: instance.currency })} />{' '}
          <span className="quiet">
            {say('panel.ofInstance', { share: percent(instance === undefined ? 0 : (price / instance.pricePerHour) * 100) })}
          </span>
        </dd>
        <dt>{say('column.tags')}</dt>
        <dd>
          {machine.tags.length === 0
            ? '–'
            : machine.tags.map((tag) => (
                <span className="tag" key={tag}>
                  {tag}
                </span>
              ))}
        </dd>
        <dt>{say('column.created')}</dt>
        <dd>{dayClock(machine.createdAt)}</dd>
      </dl>
      {machine.note !== '' && <p className="second small">{machine.note}</p>}
    </aside>
  );
}

function InstancePanel({ instance, close }: { instance: Instance; close(): void }): ReactNode {
  useTick();
  const machines = machinesIn(useMachines(), instance.id);
  const per = machines.length === 0 ? instance.pricePerHour : instance.pricePerHour / machines.length;
  return (
    <aside className="panel" aria-label={instance.name}>
      <Head
        name={instance.name}
        state={instance.state}
        close={close}
        sub={instance.reason === '' ? `${instance.type} · ${instance.region}` : instance.reason}
      />
      <div className="row">
        <Button
          variant={instance.state === 'blanket' || instance.state === 'ready' ? 'contained' : 'outlined'}
          disabled={instance.state !== 'blanket' && instance.state !== 'ready'}
          onClick={() => go(`/partition?instance=${instance.id}`)}
        >
          {say(instance.state === 'ready' ? 'panel.lay' : 'panel.partition')}
        </Button>
        <Button variant="outlined" onClick={() => go(`/instance/${instance.id}/overview`)}>
          {say('panel.open')}
        </Button>
      </div>
      <Cloth instance={instance} machines={machines} height={120} />
      <div className="stack">
        <Live unit={instance.id} gauges={['cpu']} words="column.cpu" max={100} text={percent} tone="var(--thread-0)" />
        <Live
          unit={instance.id}
          gauges={['memory']}
          words="column.memory"
          max={instance.memoryMib}
          text={memory}
          tone="var(--thread-5)"
        />
      </div>
      <dl className="facts small">
        <dt>{say('column.shape')}</dt>
        <dd>
          {say('machine.shape', { vcpus: instance.vcpus, memory: memory(instance.memoryMib) })}
          {instance.ecu !== null && `, ${instance.ecu} ECU`}
        </dd>
        <dt>{say('column.price')}</dt>
        <dd>
          <PerHour value={instance.pricePerHour} currency={instance.currency} />
        </dd>
        <dt>{say('panel.perMachine')}</dt>
        <dd>
          {machines.length === 0 ? (
            '–'
          ) : (
            <>
              {money(per, instance.currency)}
              <span className="unit">/h</span>{' '}
              <span className="quiet">
                {say('panel.dividedBy', { price: money(instance.pricePerHour), count: machines.length })}
              </span>
            </>
          )}
        </dd>
        {instance.shadowPaging === true && (
          <>
            <dt>{say('panel.provider')}</dt>
            <dd>{say('rent.shadow')}</dd>
          </>
        )}
        <dt>{say('panel.rented')}</dt>
        <dd>{dayClock(instance.rentedAt)}</dd>
        {instance.restarts > 0 && (
          <>
            <dt>{say('panel.restarts')}</dt>
            <dd>{instance.restarts}</dd>
          </>
        )}
      </dl>
    </aside>
  );
}
