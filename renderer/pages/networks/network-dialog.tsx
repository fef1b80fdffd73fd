/** A new network. */
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { Network } from '../../../core/contract/storage.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say, type Words } from '../../words/say.ts';

/** The bridge to the provider is there already, once for each instance. */
const KINDS = ['nat', 'isolated'] as const;
/** Subnets that are offered: 10.0.1.0/24 and on. */
const OFFERED = Array.from({ length: 254 }, (_, index) => `10.0.${index + 1}.0/24`);

/** inner, inner-2, inner-3 … */
function freeName(networks: readonly Network[]): string {
  const taken = new Set(networks.map((it) => it.name));
  let number = 1;
  const name = (): string => (number === 1 ? 'inner' : `inner-${number}`);
  while (taken.has(name())) number += 1;
  return name();
}

/** 10.0.1.0/24 → 10.0.1.n */
const host = (subnet: string, last: number): string => subnet.replace(/\.\d+\/\d+$/, `.${last}`);

export function NetworkDialog({
  instance,
  networks,
  done,
  close,
}: {
  instance: string;
  networks: readonly Network[];
  done(): void;
  close(): void;
}): ReactNode {
  const [name, setName] = useState(() => freeName(networks));
  const [kind, setKind] = useState<(typeof KINDS)[number]>('nat');
  const [subnet, setSubnet] = useState(() => OFFERED.find((it) => networks.every(({ subnet: taken }) => taken !== it)) ?? '');
  const [dhcp, setDhcp] = useState(true);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const act = (): void => {
    const network = { name, kind, subnet, gateway: host(subnet, 1), dhcp, dhcpFrom: host(subnet, 10), dhcpTo: host(subnet, 250) };
    call('network.create', { instance, network }).then(done, (thrown: unknown) => setRefusal(refusalOf(thrown)));
  };
  return (
    <AskDialog title={say('networks.create')} width={420} go={say('networks.createGo')} act={act} close={close}>
      <ToggleButtonGroup
        exclusive
        value={kind}
        onChange={(_event, next: (typeof KINDS)[number] | null) => next !== null && setKind(next)}
        aria-label={say('storage.kind')}
      >
        {KINDS.map((it) => (
          <ToggleButton key={it} value={it}>
            {say(`network.${it}` as Words)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <p className="quiet small">{say(`network.${kind}Help` as Words)}</p>
      <TextField label={say('column.name')} value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label={say('networks.subnet')}
        value={subnet}
        onChange={(event) => setSubnet(event.target.value)}
        slotProps={{ htmlInput: { className: 'mono' } }}
      />
      <FormControlLabel
        control={<Checkbox checked={dhcp} onChange={(_event, on) => setDhcp(on)} />}
        label={say('networks.useDhcp')}
      />
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </AskDialog>
  );
}
