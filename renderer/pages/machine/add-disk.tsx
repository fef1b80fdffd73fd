/** A disk for a machine: empty, a copy of one of the library, or a person's own image. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { Machine } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { useRead } from '../../desk/queries.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { byName, ChoiceField } from '../../parts/choice-field.tsx';
import { NumberField } from '../../parts/number-field.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { say, type Words } from '../../words/say.ts';

const KINDS = ['empty', 'library', 'file'] as const;
type Kind = (typeof KINDS)[number];
const MIB_PER_GIB = 1024;

export function AddDisk({ machine, close }: { machine: Machine; close(): void }): ReactNode {
  const library = (useRead('image.list', {}).value ?? []).filter((it) => it.kind === 'disk');
  const [kind, setKind] = useState<Kind>('empty');
  const [gib, setGib] = useState(1);
  const [image, setImage] = useState('');
  const [file, setFile] = useState('');
  const [readOnly, setReadOnly] = useState(false);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const chosen = image === '' ? (library[0]?.name ?? '') : image;
  const ready = kind === 'empty' || (kind === 'library' ? chosen !== '' : file !== '');
  const add = (): void => {
    const size = gib * MIB_PER_GIB;
    const request = {
      empty: { sizeMib: size, file: null, readOnly: false },
      library: { sizeMib: size, file: null, readOnly: false, image: chosen },
      file: { sizeMib: 0, file, readOnly },
    }[kind];
    call('disk.attach', { machine: machine.id, ...request }).then(close, (thrown: unknown) => setRefusal(refusalOf(thrown)));
  };
  const choose = (): void =>
    run(async () => {
      const { path } = await call('file.choose', { kind: 'disk' });
      if (path !== null) setFile(path);
    });
  return (
    <AskDialog title={say('details.addDisk')} width={460} go={say('details.addDisk')} disabled={!ready} act={add} close={close}>
      <ToggleButtonGroup
        exclusive
        value={kind}
        onChange={(_event, next: Kind | null) => next !== null && setKind(next)}
        aria-label={say('storage.kind')}
      >
        {KINDS.map((it) => (
          <ToggleButton key={it} value={it} disabled={it === 'library' && library.length === 0}>
            {say(`disk.${it}` as Words)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {kind === 'library' && <ChoiceField label={say('cut.diskFrom')} value={chosen} choices={byName(library)} set={setImage} />}
      {kind !== 'file' && <NumberField label={say('cut.disk')} value={gib} min={1} max={16_384} set={setGib} />}
      {kind === 'file' && (
        <>
          <div className="row">
            <TextField label={say('storage.file')} value={file} onChange={(event) => setFile(event.target.value)} />
            <Button variant="outlined" onClick={choose}>
              {say('storage.choose')}
            </Button>
          </div>
          <FormControlLabel
            control={<Checkbox checked={readOnly} onChange={(_event, on) => setReadOnly(on)} />}
            label={say('details.readOnly')}
          />
        </>
      )}
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
    </AskDialog>
  );
}
