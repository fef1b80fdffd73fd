/** Deleting machines: what will be lost, and the name typed when one of them runs or many go at once. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { memory } from '../../parts/format.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

const SAFE: ReadonlySet<string> = new Set(['stopped', 'crashed', 'template']);

export function RemoveDialog({
  machines,
  close,
  removed,
}: {
  machines: readonly Machine[];
  close(): void;
  removed?(): void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const hit = machines.filter((it) => !it.protected);
  const kept = machines.length - hit.length;
  const careful = hit.length > 3 || hit.some((it) => !SAFE.has(it.state));
  const word = hit.length === 1 ? (hit[0]?.name ?? '') : String(hit.length);
  const disk = hit.reduce((sum, it) => sum + it.disks.reduce((all, one) => all + one.sizeMib, 0), 0);
  const act = (): void => {
    close();
    removed?.();
    run(() => Promise.all(hit.map((it) => call('machine.remove', { machine: it.id }))));
  };
  return (
    <Dialog open onClose={close} aria-labelledby="remove-title">
      <DialogTitle id="remove-title">
        {hit.length === 1 ? say('remove.titleOne', { name: hit[0]?.name ?? '' }) : say('remove.title', { count: hit.length })}
      </DialogTitle>
      <DialogContent className="stack" sx={{ width: 420 }}>
        <p className="second">
          {say('remove.lost', { count: hit.length, disk: memory(disk), running: hit.filter((it) => !SAFE.has(it.state)).length })}
        </p>
        {kept > 0 && <p>{say('remove.kept', { count: kept })}</p>}
        {careful && hit.length > 0 && (
          <TextField
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            label={say('remove.type', { word })}
            sx={{ marginTop: 1 }}
          />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" color="error" disabled={hit.length === 0 || (careful && typed !== word)} onClick={act}>
          {say('action.remove')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
