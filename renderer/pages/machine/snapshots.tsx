/** Snapshots as a tree: taken, reverted to, deleted; nothing is lost without being named. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Snapshot } from '../../../core/contract/calls-machines.ts';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { useRead } from '../../desk/queries.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { bytes, dayClock } from '../../parts/format.ts';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

/** Each snapshot after its parent, with its depth. */
export function ordered(snapshots: readonly Snapshot[]): { snapshot: Snapshot; depth: number }[] {
  const under = (parent: string | null, depth: number): { snapshot: Snapshot; depth: number }[] =>
    snapshots.filter((it) => it.parent === parent).flatMap((snapshot) => [{ snapshot, depth }, ...under(snapshot.id, depth + 1)]);
  return under(null, 0);
}

export function Snapshots({ machine }: { machine: Machine }): ReactNode {
  const { value, again } = useRead('snapshot.list', { machine: machine.id }, ['task.changed']);
  const [taking, setTaking] = useState(false);
  const [reverting, setReverting] = useState<Snapshot>();
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  const rows = ordered(value ?? []);
  return (
    <div className="stack">
      <div className="row">
        <p className="second grow">{say('snapshots.text')}</p>
        <Button variant="contained" onClick={() => setTaking(true)}>
          {say('snapshots.take')}
        </Button>
      </div>
      <section className="card flush">
        {rows.length === 0 ? (
          <p className="quiet" style={{ padding: 20 }}>
            {say('snapshots.none')}
          </p>
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th>{say('column.name')}</th>
                <th>{say('snapshots.when')}</th>
                <th>{say('snapshots.memory')}</th>
                <th className="number">{say('storage.real')}</th>
                <td aria-hidden="true" />
              </tr>
            </thead>
            <tbody>
              {rows.map(({ snapshot, depth }) => (
                <tr key={snapshot.id}>
                  <td style={{ paddingLeft: 16 + depth * 18 }}>
                    <b>{snapshot.name}</b> {snapshot.current && <span className="tag">{say('snapshots.current')}</span>}
                    {snapshot.note !== '' && <div className="quiet small">{snapshot.note}</div>}
                  </td>
                  <td>{dayClock(snapshot.at)}</td>
                  <td>{say(snapshot.withMemory ? 'word.yes' : 'word.no')}</td>
                  <td className="number">{bytes(snapshot.bytes)}</td>
                  <td className="number">
                    <Button onClick={() => setReverting(snapshot)}>{say('snapshots.revert')}</Button>
                    <Button
                      color="error"
                      onClick={() =>
                        run(async () => {
                          await call('snapshot.remove', { machine: machine.id, snapshot: snapshot.id });
                          again();
                        })
                      }
                    >
                      {say('action.remove')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <AskDialog
        open={taking}
        title={say('snapshots.takeTitle', { name: machine.name })}
        width={400}
        go={say('snapshots.take')}
        disabled={!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)}
        act={() => {
          setTaking(false);
          run(() => call('snapshot.take', { machine: machine.id, name, note }));
        }}
        close={() => setTaking(false)}
      >
        <TextField
          autoFocus
          label={say('column.name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          sx={{ marginTop: 1 }}
        />
        <TextField label={say('details.note')} value={note} onChange={(event) => setNote(event.target.value)} />
        <p className="quiet small">{say(machine.state === 'running' ? 'snapshots.withMemory' : 'snapshots.withoutMemory')}</p>
      </AskDialog>
      <AskDialog
        open={reverting !== undefined}
        title={say('snapshots.revertTitle', { name: reverting?.name ?? '' })}
        go={say('snapshots.revert')}
        danger
        act={() => {
          const { id } = reverting ?? { id: '' };
          setReverting(undefined);
          run(() => call('snapshot.revert', { machine: machine.id, snapshot: id }));
        }}
        close={() => setReverting(undefined)}
      >
        {say('snapshots.revertText', { machine: machine.name })}
      </AskDialog>
    </div>
  );
}
