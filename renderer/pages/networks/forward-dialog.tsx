/** A port of the instance that leads to a machine. */
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import type { Forward, Lease, Network } from '../../../core/contract/storage.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { byId, ChoiceField } from '../../parts/choice-field.tsx';
import { NumberField } from '../../parts/number-field.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say } from '../../words/say.ts';

const PROTOCOLS: readonly (readonly [Forward['protocol'], string])[] = [
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
];

export function ForwardDialog({
  instance,
  networks,
  machines,
  leases,
  done,
  close,
}: {
  instance: string;
  networks: readonly Network[];
  machines: readonly Machine[];
  leases: readonly Lease[];
  done(): void;
  close(): void;
}): ReactNode {
  const [network, setNetwork] = useState(networks[0]?.id ?? '');
  const name = networks.find((it) => it.id === network)?.name;
  /** Who can be reached on this network: a machine on two has another address on each. */
  const able = leases.flatMap(({ network: leased, machine, address }) => {
    const found = leased === name ? machines.find((it) => it.id === machine) : undefined;
    return found === undefined ? [] : [{ name: found.name, address }];
  });
  const [chosen, setChosen] = useState('');
  const address = able.some((it) => it.address === chosen) ? chosen : (able[0]?.address ?? '');
  const [port, setPort] = useState(8080);
  const [toPort, setToPort] = useState(80);
  const [protocol, setProtocol] = useState<Forward['protocol']>('tcp');
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
      <div className="form-grid" style={{ paddingTop: 8 }}>
        <ChoiceField label={say('cut.network')} value={network} choices={byId(networks)} help=" " set={setNetwork} />
        <ChoiceField label={say('forward.protocol')} value={protocol} choices={PROTOCOLS} help=" " set={setProtocol} />
        <NumberField label={say('forward.port')} value={port} min={1} max={65_535} set={setPort} />
        <ChoiceField
          label={say('forward.to')}
          value={address}
          choices={able.map((it) => [it.address, `${it.name} (${it.address})`])}
          help=" "
          set={setChosen}
        />
        <NumberField label={say('forward.toPort')} value={toPort} min={1} max={65_535} set={setToPort} />
      </div>
      {able.length === 0 && <p className="warn small">{say('forward.nobody')}</p>}
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </AskDialog>
  );
}
