/** The fields of the machines to be made: the usual ones, and the others when asked for. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import type { Network } from '../../../core/contract/storage.ts';
import { useRead } from '../../desk/queries.ts';
import { ChoiceField } from '../../parts/choice-field.tsx';
import { memory } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { say } from '../../words/say.ts';
import { type Draft, memoryOf, nameFits } from './order.ts';

interface Props {
  readonly instance: Instance;
  readonly there: readonly Machine[];
  readonly networks: readonly Network[];
  readonly draft: Draft;
  set(change: Partial<Draft>): void;
}

export function EachForm({ instance, there, networks, draft, set }: Props): ReactNode {
  const [more, setMore] = useState(false);
  const images = (useRead('image.list', {}, ['storage.changed']).value ?? []).filter((it) => it.state === 'ready');
  const kernels = images.filter((it) => it.kind === 'kernel');
  const disks = images.filter((it) => it.kind === 'disk');
  const templates = there.filter((it) => it.state === 'template' || it.state === 'running');
  const fromImage = draft.template === '';
  const { count, name } = draft;
  return (
    <>
      <div className="form-grid">
        <TextField
          label={say('cut.name')}
          value={name}
          onChange={(event) => set({ name: event.target.value })}
          error={!nameFits(draft)}
          helperText={count > 1 ? `${name}-${'1'.padStart(String(count).length, '0')} … ${name}-${count}` : ' '}
        />
        <NumberField
          label={say('column.vcpus')}
          value={draft.vcpus}
          set={(vcpus) => set({ vcpus })}
          min={1}
          max={instance.vcpus * 4}
        />
        <NumberField
          label={say('cut.memory')}
          value={memoryOf(draft, instance, there)}
          set={(memoryMib) => set({ memoryMib })}
          min={16}
          max={instance.memoryMib}
          help={draft.memoryMib === undefined ? say('cut.even') : memory(draft.memoryMib)}
        />
        <ChoiceField
          help=" "
          label={say('cut.from')}
          value={draft.template}
          set={(template) => set({ template })}
          choices={[
            ['', say('cut.fromImage', { name: draft.image })],
            ...templates.map((it) => [it.id, say('cut.fromMachine', { name: it.name })] as const),
          ]}
        />
        {fromImage && kernels.length > 1 && (
          <ChoiceField
            help=" "
            label={say('column.image')}
            value={draft.image}
            set={(image) => set({ image })}
            choices={kernels.map((it) => [it.id, it.name] as const)}
          />
        )}
        {fromImage && (
          <NumberField
            label={say('cut.disk')}
            value={draft.diskGib}
            set={(diskGib) => set({ diskGib })}
            min={0}
            max={Math.max(1, instance.diskGib)}
          />
        )}
        {fromImage && disks.length > 0 && (
          <ChoiceField
            help=" "
            label={say('cut.diskFrom')}
            value={draft.disk}
            set={(disk) => set({ disk })}
            choices={[['', say('cut.diskEmpty')], ...disks.map((it) => [it.name, it.name] as const)]}
          />
        )}
        {fromImage && (
          <ChoiceField
            help=" "
            label={say('cut.network')}
            value={draft.network ?? networks[0]?.name ?? ''}
            set={(network) => set({ network })}
            choices={[...networks.map((it) => [it.name, it.name] as const), ['', say('cut.noNetwork')]]}
          />
        )}
        <NumberField
          label={say('column.weight')}
          value={draft.weight}
          set={(weight) => set({ weight })}
          min={1}
          max={65_535}
          help={say('cut.weightHelp')}
        />
        <NumberField
          label={say('cut.cap')}
          value={draft.cap}
          set={(cap) => set({ cap })}
          min={0}
          max={6400}
          help={say('cut.capHelp')}
        />
      </div>
      {more && (
        <div className="form-grid">
          <TextField
            label={say('column.tags')}
            value={draft.tags}
            onChange={(event) => set({ tags: event.target.value })}
            helperText={say('bulk.tagsHelp')}
          />
          <TextField
            label={say('column.group')}
            value={draft.group}
            onChange={(event) => set({ group: event.target.value })}
            helperText=" "
          />
          <TextField
            label={say('details.commandLine')}
            value={draft.commandLine}
            onChange={(event) => set({ commandLine: event.target.value })}
            helperText=" "
            slotProps={{ htmlInput: { className: 'mono', spellCheck: false } }}
          />
          <TextField
            label={say('details.note')}
            value={draft.note}
            onChange={(event) => set({ note: event.target.value })}
            helperText=" "
          />
        </div>
      )}
      <div className="row wrap">
        <FormControlLabel
          control={<Checkbox checked={draft.start} onChange={(_event, start) => set({ start })} />}
          label={say(count === 1 ? 'cut.startOne' : 'cut.start')}
        />
        {more && (
          <>
            <FormControlLabel
              control={<Checkbox checked={draft.autostart} onChange={(_event, autostart) => set({ autostart })} />}
              label={say('details.autostart')}
            />
            <FormControlLabel
              control={<Checkbox checked={draft.isProtected} onChange={(_event, isProtected) => set({ isProtected })} />}
              label={say('details.protected')}
            />
          </>
        )}
        <span className="grow" />
        <Button aria-expanded={more} onClick={() => setMore(!more)}>
          {say(more ? 'cut.less' : 'cut.more')}
        </Button>
      </div>
    </>
  );
}
