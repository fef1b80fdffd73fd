/** Cloning a machine: how many, under which name. */
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
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
    <AskDialog
      title={say('clone.title', { name: machine.name })}
      width={400}
      go={say('action.clone')}
      disabled={!fits}
      act={act}
      close={close}
    >
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
    </AskDialog>
  );
}
