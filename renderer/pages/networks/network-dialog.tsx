/** A new network. */
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say, type Words } from '../../words/say.ts';

const KINDS = ['nat', 'bridge', 'isolated'] as const;

/** 10.0.1.0/24 → 10.0.1.n */
const host = (subnet: string, last: number): string => subnet.replace(/\.\d+\/\d+$/, `.${last}`);

export function NetworkDialog({ instance, done, close }: { instance: string; done(): void; close(): void }): ReactNode {
  const [name, setName] = useState('inner');
  const [kind, setKind] = useState<(typeof KINDS)[number]>('nat');
  const [subnet, setSubnet] = useState('10.0.1.0/24');
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
