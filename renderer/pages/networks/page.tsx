/** Networks of each instance, drawn and listed: who is on which, leases, port forwards. */
import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { machinesIn, useInstances, useMachines } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { StateMark } from '../../parts/state.tsx';
import { go } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { ForwardDialog } from './forward-dialog.tsx';
import { NetworkDialog } from './network-dialog.tsx';
import './networks.css';

export function NetworksPage(): ReactNode {
  const instances = [...useInstances().values()].filter((it) => it.capacity !== null && it.state !== 'ended');
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('nav.networks')}</h1>
      </div>
      <div className="page-body stack">
        {instances.length === 0 && (
          <Empty title={say('networks.none')} text={say('networks.noneText')}>
            <Button variant="contained" onClick={() => go('/rent')}>
              {say('command.rent')}
            </Button>
          </Empty>
        )}
        {instances.map((instance) => (
          <InstanceNetworks key={instance.id} instance={instance} />
        ))}
      </div>
    </>
  );
}

function InstanceNetworks({ instance }: { instance: Instance }): ReactNode {
  const { value, refusal, again } = useRead('network.list', { instance: instance.id }, [
    'machine.changed',
    'machine.gone',
    'storage.changed',
  ]);
  const machines = machinesIn(useMachines(), instance.id);
  const [dialog, setDialog] = useState<'network' | 'forward'>();
  /** Only a network with a way out of its own has ports to forward. */
  const ways = (value?.networks ?? []).filter((network) => network.kind === 'nat');
  const done = (): void => {
    setDialog(undefined);
    again();
  };
  return (
    <section className="card stack">
      <div className="row">
        <h2 className="grow">{instance.name}</h2>
        <Button variant="outlined" onClick={() => setDialog('forward')} disabled={ways.length === 0}>
          {say('networks.forward')}
        </Button>
        <Button variant="outlined" onClick={() => setDialog('network')}>
          {say('networks.create')}
        </Button>
      </div>
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
      {value?.networks.map((network) => {
        const on = machines.filter((machine) => machine.nics.some((nic) => nic.network === network.name));
        const leases = value.leases.filter((lease) => lease.network === network.name);
        const forwards = value.forwards.filter((forward) => forward.network === network.id);
        return (
          <div className="net" key={network.id}>
            <div className="net-head">
              <b>{network.name}</b>
              <span className="tag">{say(`network.${network.kind}` as Words)}</span>
              <code className="second">{network.subnet}</code>
              <span className="quiet small grow">
                {network.dhcp ? say('networks.dhcp', { from: network.dhcpFrom, to: network.dhcpTo }) : say('networks.noDhcp')}
              </span>
              {/* The bridge is there as long as the instance is. */}
              {network.kind !== 'bridge' && (
                <Button
                  color="error"
                  disabled={on.length > 0}
                  onClick={() =>
                    run(async () => {
                      await call('network.remove', { instance: instance.id, network: network.id });
                      again();
                    })
                  }
                >
                  {say('action.remove')}
                </Button>
              )}
            </div>
            <div className="net-line">
              <span className="net-end">
                {network.kind === 'isolated'
                  ? say('networks.nowhere')
                  : network.kind === 'nat'
                    ? say('networks.nat', { gateway: network.gateway })
                    : say('networks.bridge')}
              </span>
              <span className="net-wire" aria-hidden="true" />
              <ul className="net-machines">
                {on.map((machine) => (
                  <li key={machine.id}>
                    <StateMark state={machine.state} />
                    <a href={`#/machine/${machine.id}/details`} className="cut">
                      {machine.name}
                    </a>
                    <code className="quiet">
                      {leases.find((lease) => lease.machine === machine.id)?.address ?? machine.address}
                    </code>
                  </li>
                ))}
                {on.length === 0 && <li className="quiet">{say('networks.nobody')}</li>}
              </ul>
            </div>
            {forwards.length > 0 && (
              <table className="plain">
                <thead>
                  <tr>
                    <th>{say('forward.from')}</th>
                    <th>{say('forward.to')}</th>
                    <th>{say('details.note')}</th>
                    <td aria-hidden="true" />
                  </tr>
                </thead>
                <tbody>
                  {forwards.map((forward) => (
                    <tr key={forward.id}>
                      <td>
                        <code>
                          {forward.protocol} {network.outside === '' ? forward.port : `${network.outside}:${forward.port}`}
                        </code>
                      </td>
                      <td>
                        <code>
                          {forward.toAddress}:{forward.toPort}
                        </code>
                      </td>
                      <td>{forward.note}</td>
                      <td className="number">
                        <Button
                          color="error"
                          onClick={() =>
                            run(async () => {
                              await call('forward.remove', { instance: instance.id, forward: forward.id });
                              again();
                            })
                          }
                        >
                          {say('action.remove')}
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        );
      })}
      {value?.networks.length === 0 && <p className="quiet">{say('networks.noNetworks')}</p>}
      {dialog === 'network' && (
        <NetworkDialog instance={instance.id} networks={value?.networks ?? []} done={done} close={() => setDialog(undefined)} />
      )}
      {dialog === 'forward' && (
        <ForwardDialog
          instance={instance.id}
          networks={ways}
          machines={machines}
          leases={value?.leases ?? []}
          done={done}
          close={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}
