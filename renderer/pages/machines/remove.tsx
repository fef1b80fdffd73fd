/** Deleting machines: what will be lost, and the name typed when one is protected or runs, or when many go at once. */
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { memory } from '../../parts/format.ts';
import { say } from '../../words/say.ts';

const SAFE: ReadonlySet<string> = new Set(['stopped', 'crashed', 'template']);

/** More than so many are counted in words before they go. */
const FEW = 3;

/** Of several, the protected ones stay; a single one can go when its name is typed. */
const goers = (machines: readonly Machine[]): readonly Machine[] =>
  machines.length === 1 ? machines : machines.filter((it) => !it.protected);
const careful = (hit: readonly Machine[]): boolean => hit.length > FEW || hit.some((it) => it.protected || !SAFE.has(it.state));

/** A person who does not want to be asked is asked only where something would be lost that runs or is protected. */
export const asksToRemove = (machines: readonly Machine[], confirmRemove: boolean): boolean =>
  confirmRemove || goers(machines).length !== machines.length || careful(machines);

export function RemoveDialog({
  machines,
  close,
  remove,
}: {
  machines: readonly Machine[];
  close(): void;
  remove(hit: readonly Machine[]): void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const hit = goers(machines);
  const kept = machines.length - hit.length;
  const asksWord = careful(hit);
  const word = hit.length === 1 ? (hit[0]?.name ?? '') : String(hit.length);
  const disk = hit.reduce((sum, it) => sum + it.disks.reduce((all, one) => all + one.sizeMib, 0), 0);
  return (
    <AskDialog
      title={hit.length === 1 ? say('remove.titleOne', { name: hit[0]?.name ?? '' }) : say('remove.title', { count: hit.length })}
      width={420}
      go={say('action.remove')}
      danger
      disabled={hit.length === 0 || (asksWord && typed !== word)}
      act={() => remove(hit)}
      close={close}
    >
      <p className="second">
        {say('remove.lost', { count: hit.length, disk: memory(disk), running: hit.filter((it) => !SAFE.has(it.state)).length })}
      </p>
      {kept > 0 && <p>{say('remove.kept', { count: kept })}</p>}
      {hit.some((it) => it.protected) && <p>{say('remove.protected', { name: word })}</p>}
      {asksWord && hit.length > 0 && (
        <TextField
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          label={say('remove.type', { word })}
          sx={{ marginTop: 1 }}
        />
      )}
    </AskDialog>
  );
}
