/** Giving an instance back: what is lost, its name typed. */
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { machinesIn, useMachines } from '../../desk/fleet.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { money } from '../../parts/format.ts';
import { run } from '../../parts/run.ts';
import { go } from '../../routes.ts';
import { say } from '../../words/say.ts';

export function EndDialog({ instance, close }: { instance: Instance; close(): void }): ReactNode {
  const machines = machinesIn(useMachines(), instance.id);
  const [typed, setTyped] = useState('');
  const end = (): void => {
    close();
    run(() => call('instance.end', { instance: instance.id }), instance.id);
    go('/machines');
  };
  return (
    <AskDialog
      title={say('end.title', { name: instance.name })}
      width={420}
      go={say('instance.end')}
      danger
      disabled={machines.length > 0 && typed !== instance.name}
      act={end}
      close={close}
    >
      <p className="second">
        {say('end.text', { count: machines.length, price: money(instance.pricePerHour, instance.currency) })}
      </p>
      {machines.length > 0 && (
        <TextField
          autoFocus
          label={say('remove.type', { word: instance.name })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          sx={{ marginTop: 1 }}
        />
      )}
    </AskDialog>
  );
}
