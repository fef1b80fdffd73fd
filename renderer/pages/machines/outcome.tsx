/** What came of an action for each of many machines, followed until the last has ended. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { ReactNode } from 'react';
import type { Task } from '../../../core/contract/tasks.ts';
import { useTasks } from '../../desk/fleet.ts';
import { say, type Words } from '../../words/say.ts';
import type { Outcome } from './actions.ts';

type End = 'running' | 'done' | 'failed' | 'cancelled' | 'refused';

const endOf = (outcome: Outcome, task: Task | undefined): End =>
  outcome.refusal === undefined ? (task?.state ?? 'running') : 'refused';

export function OutcomeDialog({ outcomes, close }: { outcomes: readonly Outcome[]; close(): void }): ReactNode {
  const tasks = useTasks();
  const rows = outcomes.map((outcome) => {
    const task = outcome.task === undefined ? undefined : tasks.get(outcome.task);
    return { outcome, task, end: endOf(outcome, task) };
  });
  const count = (end: End): number => rows.filter((row) => row.end === end).length;
  return (
    <Dialog open onClose={close} aria-labelledby="outcome-title">
      <DialogTitle id="outcome-title">{say('bulk.outcome', { done: count('done'), count: rows.length })}</DialogTitle>
      <DialogContent sx={{ minWidth: 460 }}>
        <table className="plain" aria-live="polite">
          <thead>
            <tr>
              <th>{say('column.name')}</th>
              <th>{say('audit.outcome')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ outcome, task, end }) => (
              <tr key={outcome.machine.id}>
                <td>{outcome.machine.name}</td>
                <td className={end === 'failed' || end === 'refused' ? 'warn' : end === 'done' ? '' : 'quiet'}>
                  {say(`bulk.${end}` as Words)}
                  {outcome.refusal !== undefined && `: ${outcome.refusal}`}
                  {task?.failure !== null && task?.failure !== undefined && `: ${task.failure.message}`}
                  {end === 'running' && task !== undefined && task.step !== '' && ` (${task.step})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={close} autoFocus>
          {say('word.close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
