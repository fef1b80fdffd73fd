/** Giving an instance back: what is lost, its name typed. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { machinesIn, useMachines } from '../../desk/fleet.ts';
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
    <Dialog open onClose={close} aria-labelledby="end-title">
      <DialogTitle id="end-title">{say('end.title', { name: instance.name })}</DialogTitle>
      <DialogContent className="stack" sx={{ width: 420 }}>
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
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" color="error" disabled={machines.length > 0 && typed !== instance.name} onClick={end}>
          {say('instance.end')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
