/** A port of the instance that leads to a machine. */
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import type { Network } from '../../../core/contract/storage.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { NumberField } from '../../parts/number-field.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say } from '../../words/say.ts';

export function ForwardDialog({
  instance,
  networks,
  machines,
  done,
  close,
}: {
  instance: string;
  networks: readonly Network[];
  machines: readonly Machine[];
  done(): void;
  close(): void;
}): ReactNode {
  const [network, setNetwork] = useState(networks[0]?.id ?? '');
  const name = networks.find((it) => it.id === network)?.name;
  const able = machines.filter((it) => it.address !== '' && it.nics.some((nic) => nic.network === name));
  const [chosen, setChosen] = useState('');
  const address = able.some((it) => it.address === chosen) ? chosen : (able[0]?.address ?? '');
  const [port, setPort] = useState(8080);
  const [toPort, setToPort] = useState(80);
  const [protocol, setProtocol] = useState<'tcp' | 'udp'>('tcp');
  const [refusal, setRefusal] = useState<RefusalShape>();
  const act = (): void => {
    call('forward.add', { instance, forward: { network, protocol, port, toAddress: address, toPort, note: '' } }).then(
      done,
      (thrown: unknown) => setRefusal(refusalOf(thrown)),
    );
  };
  return (
    <AskDialog
      title={say('networks.forward')}
      width={420}
      go={say('forward.go')}
      disabled={address === ''}
      act={act}
      close={close}
    >
      <div className="row" style={{ paddingTop: 8 }}>
        <select
          className="select"
          aria-label={say('nav.networks')}
          value={network}
          onChange={(event) => setNetwork(event.target.value)}
        >
          {networks.map((it) => (
            <option key={it.id} value={it.id}>
              {it.name}
            </option>
          ))}
        </select>
        <select
          className="select"
          aria-label={say('forward.protocol')}
          value={protocol}
          onChange={(event) => setProtocol(event.target.value as 'tcp' | 'udp')}
        >
          <option value="tcp">TCP</option>
          <option value="udp">UDP</option>
        </select>
        <select
          className="select"
          aria-label={say('forward.to')}
          value={address}
          onChange={(event) => setChosen(event.target.value)}
        >
          {able.map((it) => (
            <option key={it.id} value={it.address}>
              {it.name} ({it.address})
            </option>
          ))}
        </select>
      </div>
      <div className="form-grid">
        <NumberField label={say('forward.port')} value={port} min={1} max={65_535} set={setPort} />
        <NumberField label={say('forward.toPort')} value={toPort} min={1} max={65_535} set={setToPort} />
      </div>
      {able.length === 0 && <p className="warn small">{say('forward.nobody')}</p>}
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </AskDialog>
  );
}
