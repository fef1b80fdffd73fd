/** What can be done with all selected machines at once, and what came of it for each. */
import CloseOutlined from '@mui/icons-material/CloseOutlined';
import LabelOutlined from '@mui/icons-material/LabelOutlined';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useState } from 'react';
import type { MachineAction } from '../../../core/contract/calls-machines.ts';
import type { Machine } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';
import { useSettings } from '../../desk/settings.ts';
import { run } from '../../parts/run.ts';
import { say, type Words } from '../../words/say.ts';
import { ACTIONS, actOnAll, askAll, may, type Outcome, removeOne, whyNot } from './actions.ts';
import { OutcomeDialog } from './outcome.tsx';
import { asksToRemove, RemoveDialog } from './remove.tsx';

const SHOWN: readonly MachineAction[] = ['start', 'resume', 'pause', 'shutdown', 'reboot', 'off'];

export function BulkBar({ machines, clear }: { machines: readonly Machine[]; clear(): void }): ReactNode {
  const [asking, setAsking] = useState<MachineAction | 'remove' | 'label'>();
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>();
  const { confirmStop, confirmRemove } = useSettings();
  // One machine shows what becomes of it by itself; a refusal is told in any case.
  const told = outcomes !== undefined && (outcomes.length > 1 || outcomes.some((it) => it.refusal !== undefined));
  const outcome = told && <OutcomeDialog outcomes={outcomes} close={() => setOutcomes(undefined)} />;
  if (machines.length === 0) return outcome;
  const act = (action: MachineAction): void => {
    setAsking(undefined);
    run(async () => setOutcomes(await actOnAll(action, machines)));
  };
  const remove = (hit: readonly Machine[]): void => {
    setAsking(undefined);
    clear();
    run(async () => setOutcomes(await askAll(hit, removeOne)));
  };
  return (
    <div className="bulk" role="toolbar" aria-label={say('bulk.title')}>
      <b>{say('bulk.selected', { count: machines.length })}</b>
      <span className="bulk-line" />
      {SHOWN.map((action) => {
        const why = whyNot(action, machines);
        const row = ACTIONS.find((it) => it.action === action);
        return (
          <Tooltip key={action} title={why === undefined ? '' : say(why)}>
            <span>
              <Button
                disabled={why !== undefined}
                onClick={() => (row?.asks === true && confirmStop ? setAsking(action) : act(action))}
              >
                {say(`action.${action}` as Words)}
              </Button>
            </span>
          </Tooltip>
        );
      })}
      <Button startIcon={<LabelOutlined />} onClick={() => setAsking('label')}>
        {say('bulk.label')}
      </Button>
      <Button color="error" onClick={() => (asksToRemove(machines, confirmRemove) ? setAsking('remove') : remove(machines))}>
        {say('action.remove')}
      </Button>
      <IconButton onClick={clear} aria-label={say('bulk.clear')}>
        <CloseOutlined />
      </IconButton>
      {asking !== undefined && asking !== 'remove' && asking !== 'label' && (
        <AskDialog action={asking} machines={machines} act={() => act(asking)} close={() => setAsking(undefined)} />
      )}
      {asking === 'remove' && <RemoveDialog machines={machines} close={() => setAsking(undefined)} remove={remove} />}
      {asking === 'label' && <LabelDialog machines={machines} close={() => setAsking(undefined)} />}
      {outcome}
    </div>
  );
}

/** Asks before something that stops what runs. */
export function AskDialog({
  action,
  machines,
  act,
  close,
}: {
  action: MachineAction;
  machines: readonly Machine[];
  act(): void;
  close(): void;
}): ReactNode {
  const hit = machines.filter((it) => may(action, it.state));
  return (
    <Dialog open onClose={close} aria-labelledby="ask-title">
      <DialogTitle id="ask-title">{say(`ask.${action}` as Words, { count: hit.length, name: hit[0]?.name ?? '' })}</DialogTitle>
      <DialogContent className="second">{say(`ask.${action}Text` as Words)}</DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" color={action === 'off' || action === 'reset' ? 'error' : 'primary'} autoFocus onClick={act}>
          {say(`action.${action}` as Words)}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function LabelDialog({ machines, close }: { machines: readonly Machine[]; close(): void }): ReactNode {
  const [tags, setTags] = useState('');
  const [group, setGroup] = useState('');
  const save = (): void => {
    const add = tags.split(/[\s,]+/).filter((it) => it !== '');
    const byInstance = Map.groupBy(machines, (it) => it.instance);
    run(() =>
      Promise.all(
        [...byInstance.values()].map((list) =>
          call('machine.label', { machines: list.map((it) => it.id), add, group: group === '' ? null : group }),
        ),
      ),
    );
    close();
  };
  return (
    <Dialog open onClose={close} aria-labelledby="label-title">
      <DialogTitle id="label-title">{say('bulk.labelTitle', { count: machines.length })}</DialogTitle>
      <DialogContent className="stack" sx={{ width: 380 }}>
        <TextField
          autoFocus
          label={say('column.tags')}
          value={tags}
          onChange={(event) => setTags(event.target.value)}
          helperText={say('bulk.tagsHelp')}
          sx={{ marginTop: 1 }}
        />
        <TextField label={say('column.group')} value={group} onChange={(event) => setGroup(event.target.value)} />
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.cancel')}</Button>
        <Button variant="contained" onClick={save} disabled={tags.trim() === '' && group === ''}>
          {say('word.apply')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
