/** Bringing an own kernel or disk. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { say } from '../../words/say.ts';

export function ImportDialog({ done }: { done(): void }): ReactNode {
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<'kernel' | 'disk'>('kernel');
  const [name, setName] = useState('');
  const [path, setPath] = useState('');
  const [ramDisk, setRamDisk] = useState('');
  const [refusal, setRefusal] = useState<RefusalShape>();
  const choose = (what: 'kernel' | 'ram-disk' | 'disk', set: (path: string) => void): void =>
    run(async () => {
      const chosen = await call('file.choose', { kind: what });
      if (chosen.path !== null) set(chosen.path);
    });
  const act = (): void => {
    call('image.import', { name, kind, path, ramDisk: ramDisk === '' ? null : ramDisk }).then(
      () => {
        setOpen(false);
        done();
      },
      (thrown: unknown) => setRefusal(refusalOf(thrown)),
    );
  };
  return (
    <>
      <Button variant="outlined" onClick={() => setOpen(true)}>
        {say('storage.import')}
      </Button>
      <AskDialog
        open={open}
        title={say('storage.import')}
        width={460}
        go={say('storage.importGo')}
        disabled={name === '' || path === ''}
        act={act}
        close={() => setOpen(false)}
      >
        <ToggleButtonGroup
          exclusive
          value={kind}
          onChange={(_event, next: 'kernel' | 'disk' | null) => next !== null && setKind(next)}
          aria-label={say('storage.kind')}
        >
          <ToggleButton value="kernel">{say('image.kernel')}</ToggleButton>
          <ToggleButton value="disk">{say('image.disk')}</ToggleButton>
        </ToggleButtonGroup>
        <p className="quiet small">{say(kind === 'kernel' ? 'storage.kernelHelp' : 'storage.diskHelp')}</p>
        <TextField label={say('column.name')} value={name} onChange={(event) => setName(event.target.value)} />
        <div className="row">
          <TextField label={say('storage.file')} value={path} onChange={(event) => setPath(event.target.value)} />
          <Button variant="outlined" onClick={() => choose(kind, setPath)}>
            {say('storage.choose')}
          </Button>
        </div>
        {kind === 'kernel' && (
          <div className="row">
            <TextField label={say('storage.ramDisk')} value={ramDisk} onChange={(event) => setRamDisk(event.target.value)} />
            <Button variant="outlined" onClick={() => choose('ram-disk', setRamDisk)}>
              {say('storage.choose')}
            </Button>
          </div>
        )}
        {refusal !== undefined && <RefusalNote refusal={refusal} />}
      </AskDialog>
    </>
  );
}
