/** Cloning a machine: how many, under which name. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

export function CloneDialog({ machine, close }: { machine: Machine; close(): void }): ReactNode {
  const [name, setName] = useState(`${machine.name}-clone`);
  const [count, setCount] = useState(1);
  const [start, setStart] = useState(true);
  const running = machine.state === 'running' || machine.state === 'paused';
  const fits = /^[a-z0-9](?:[a-z0-9-]{0,55}[a-z0-9])?$/i.test(name) && count >= 1 && count <= 200;
  const act = (): void => {
    close();
    run(() => call('machine.clone', { machine: machine.id, name, count, start }), machine.id);
  };
  return (
    <Dialog open onClose={close} aria-labelledby="clone-title">
      <DialogTitle id="clone-title">{say('clone.title', { name: machine.name })}</DialogTitle>
      <DialogContent className="stack" sx={{ width: 400 }}>
        <p className="second">{say(running ? 'clone.running' : 'clone.stopped')}</p>
        <TextField
          autoFocus
          label={say('column.name')}
          value={name}
          error={!fits}
          onChange={(event) => setName(event.target.value)}
          helperText={count > 1 ? say('clone.numbered') : ' '}
          sx={{ marginTop: 1 }}
        />
        <TextField
          label={say('clone.count')}
          type="number"
          value={count}
          onChange={(event) => setCount(Math.round(Number(event.target.value)))}
          slotProps={{ htmlInput: { min: 1, max: 200 } }}
        />
        <FormControlLabel
          control={<Checkbox checked={start} onChange={(_event, on) => setStart(on)} />}
          label={say('clone.start')}
        />
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" disabled={!fits} onClick={act}>
          {say('action.clone')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
