/** Bringing an own price list: any known format, read with progress; lines that could not be used are listed with the reason. */
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type ReactNode, useEffect, useState } from 'react';
import type { PriceReport } from '../../../core/contract/calls-clouds.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { useTasks } from '../../desk/fleet.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { amountOf, TaskBar } from '../../parts/task.tsx';
import { say } from '../../words/say.ts';
import { Pick } from './fields.tsx';

/** Shown of the lines that were refused. */
const SHOWN = 100;

export function ImportPrices({ open, close }: { open: boolean; close(): void }): ReactNode {
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const [region, setRegion] = useState('us-east-1');
  const [flavour, setFlavour] = useState<'kvm' | 'xen'>('kvm');
  const [taskId, setTaskId] = useState('');
  const [report, setReport] = useState<PriceReport | null>(null);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const task = useTasks().get(taskId);
  const state = task?.state;
  useEffect(() => {
    if (state === 'done') run(async () => setReport(await call('prices.report', { task: taskId })));
  }, [state, taskId]);
  const choose = (): void =>
    run(async () => {
      const chosen = await call('file.choose', { kind: 'prices' });
      if (chosen.path === null) return;
      setPath(chosen.path);
      setReport(null);
      setTaskId('');
      const suggested = nameOf(chosen.path);
      // What a person has typed stays.
      setName((before) => (before === nameOf(path) ? suggested : before));
    });
  const act = (): void => {
    setRefusal(undefined);
    setReport(null);
    call('prices.import', { path, name, region, flavour }).then(
      (begun) => setTaskId(begun.task),
      (thrown: unknown) => setRefusal(refusalOf(thrown)),
    );
  };
  return (
    <Dialog open={open} onClose={close} aria-labelledby="prices-title">
      <DialogTitle id="prices-title">{say('prices.import')}</DialogTitle>
      <DialogContent className="stack" sx={{ width: 520 }}>
        <p className="second small">{say('prices.formats')}</p>
        <div className="row">
          <TextField label={say('storage.file')} value={path} onChange={(event) => setPath(event.target.value)} fullWidth />
          <Button variant="outlined" onClick={choose}>
            {say('storage.choose')}
          </Button>
        </div>
        <div className="pair">
          <TextField label={say('prices.name')} value={name} onChange={(event) => setName(event.target.value)} />
          <TextField label={say('prices.region')} value={region} onChange={(event) => setRegion(event.target.value)} />
          <Pick<'kvm' | 'xen'>
            words="prices.flavour"
            value={flavour}
            options={[
              { id: 'kvm', text: 'KVM' },
              { id: 'xen', text: 'Xen' },
            ]}
            set={setFlavour}
          />
        </div>
        {task !== undefined && state === 'running' && (
          <div className="row">
            <TaskBar task={task} />
            <span className="small second grow">
              {amountOf(task)} · {task.step}
            </span>
            <Button size="small" onClick={() => run(() => call('task.cancel', { task: task.id }))}>
              {say('word.cancel')}
            </Button>
          </div>
        )}
        {refusal !== undefined && <RefusalNote refusal={refusal} />}
        {task?.failure != null && <RefusalNote refusal={task.failure} />}
        {report !== null && <Report report={report} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>{say('word.close')}</Button>
        <Button variant="contained" disabled={path === '' || name.trim() === '' || state === 'running'} onClick={act}>
          {say('prices.go')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** A list is called as its file is, until somebody says otherwise. */
const nameOf = (path: string): string =>
  path
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.\w+$/, '') ?? '';

function Report({ report }: { report: PriceReport }): ReactNode {
  return (
    <section aria-label={say('prices.report')} className="stack">
      <p role="status">
        {say('prices.taken', { types: report.types, refused: report.refusedCount, format: report.format, name: report.name })}
      </p>
      {report.refused.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by the keyboard
        <section className="picture-table" tabIndex={0} aria-label={say('prices.refused')}>
          <table className="plain">
            <thead>
              <tr>
                <th className="number">{say('prices.line')}</th>
                <th>{say('prices.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {report.refused.slice(0, SHOWN).map((it) => (
                <tr key={`${it.line} ${it.reason}`}>
                  <td className="number">{it.line === 0 ? '–' : it.line}</td>
                  <td>{it.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
