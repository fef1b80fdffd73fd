/** Disks and network cards of a machine: plugged in and taken away, also while it runs. */
import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import type { Disk, Machine, Nic } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { useRead } from '../../desk/queries.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { byName, ChoiceField } from '../../parts/choice-field.tsx';
import { memory } from '../../parts/format.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';
import { AddDisk } from './add-disk.tsx';
import { Capture } from './capture.tsx';

/** Milliseconds between two looks at how much was captured. */
const LOOK_EVERY = 1000;

export function Disks({ machine }: { machine: Machine }): ReactNode {
  const [adding, setAdding] = useState(false);
  const [taking, setTaking] = useState<Disk>();
  return (
    <section className="card stack">
      <div className="row">
        <h2 className="grow">{say('details.disks')}</h2>
        <Button variant="outlined" onClick={() => setAdding(true)}>
          {say('details.addDisk')}
        </Button>
      </div>
      {machine.disks.length === 0 && <p className="quiet">{say('details.noDisks')}</p>}
      {machine.disks.map((disk) => (
        <div className="row" key={disk.id}>
          <code>{disk.id}</code>
          <span>{memory(disk.sizeMib)}</span>
          <span className="second cut grow">
            {disk.file ?? (disk.image === '' ? '' : say('details.diskFrom', { name: disk.image }))}
            {disk.readOnly && ` ${say('details.readOnly')}`}
          </span>
          <Button color="error" aria-label={say('details.detach', { device: disk.id })} onClick={() => setTaking(disk)}>
            {say('action.detach')}
          </Button>
        </div>
      ))}
      {adding && <AddDisk machine={machine} close={() => setAdding(false)} />}
      {taking !== undefined && <DetachDisk machine={machine} disk={taking} close={() => setTaking(undefined)} />}
    </section>
  );
}

/** A disk that belongs to the machine is lost; a person's own file stays. */
function DetachDisk({ machine, disk, close }: { machine: Machine; disk: Disk; close(): void }): ReactNode {
  return (
    <AskDialog
      title={say('details.detach', { device: disk.id })}
      go={say('action.detach')}
      danger
      act={() => {
        close();
        run(() => call('disk.detach', { machine: machine.id, disk: disk.id }), machine.id);
      }}
      close={close}
    >
      {say(disk.file === undefined ? 'details.detachLost' : 'details.detachKept', {
        size: memory(disk.sizeMib),
        file: disk.file ?? '',
      })}
    </AskDialog>
  );
}

export function Nics({ machine }: { machine: Machine }): ReactNode {
  const networks = useRead('network.list', { instance: machine.instance }).value?.networks ?? [];
  const captures = useRead('capture.list', { machine: machine.id }, [], LOOK_EVERY);
  const [network, setNetwork] = useState('');
  const chosen = network === '' ? (networks[0]?.name ?? '') : network;
  return (
    <section className="card stack">
      <div className="row">
        <h2 className="grow">{say('details.nics')}</h2>
        {networks.length > 1 && (
          <ChoiceField label={say('cut.network')} value={chosen} choices={byName(networks)} width={160} set={setNetwork} />
        )}
        <Button
          variant="outlined"
          disabled={chosen === ''}
          onClick={() => run(() => call('nic.attach', { machine: machine.id, network: chosen }), machine.id)}
        >
          {say('details.addNic')}
        </Button>
      </div>
      {machine.nics.length === 0 && <p className="quiet">{say('details.noNics')}</p>}
      {machine.nics.map((nic: Nic) => (
        <div className="row wrap" key={nic.id}>
          <code>{nic.id}</code>
          <code className="quiet">{nic.mac}</code>
          <span className="tag">{nic.network}</span>
          <span className="grow" />
          <Capture
            machine={machine}
            nic={nic.id}
            running={captures.value?.find((it) => it.nic === nic.id)}
            changed={captures.again}
          />
          <Button
            color="error"
            aria-label={say('details.detach', { device: nic.id })}
            onClick={() => run(() => call('nic.detach', { machine: machine.id, nic: nic.id }), machine.id)}
          >
            {say('action.detach')}
          </Button>
        </div>
      ))}
    </section>
  );
}
