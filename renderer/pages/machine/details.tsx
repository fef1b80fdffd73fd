/** What a machine is made of: changed here, applied at once or at its next start, and which of the two is said beside each. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Machine, MachineSettings } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { memory } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { say } from '../../words/say.ts';
import { Disks, Nics } from './devices.tsx';

/** Whether a running machine takes the setting at its next start only. */
const AT_START: Partial<Record<keyof MachineSettings, (machine: Machine, next: MachineSettings) => boolean>> = {
  vcpus: (machine, next) => next.vcpus > Math.max(machine.vcpus, machine.maximumVcpus ?? 0),
  memoryMib: (machine, next) => next.memoryMib > Math.max(machine.memoryMib, machine.maximumMemoryMib ?? 0),
  maximumVcpus: () => true,
  maximumMemoryMib: () => true,
  commandLine: () => true,
};

export function Details({ machine }: { machine: Machine }): ReactNode {
  const [change, setChange] = useState<Partial<MachineSettings>>({});
  const [refusal, setRefusal] = useState<RefusalShape>();
  const awake = machine.state !== 'stopped' && machine.state !== 'template';
  const value = <K extends keyof MachineSettings>(key: K): MachineSettings[K] =>
    (change[key] ?? machine.pending[key] ?? machine[key]) as MachineSettings[K];
  const set = <K extends keyof MachineSettings>(key: K, next: MachineSettings[K]): void =>
    setChange((before) => {
      const after = { ...before, [key]: next };
      if (JSON.stringify(next) === JSON.stringify(machine.pending[key] ?? machine[key])) delete after[key];
      return after;
    });
  const help = (key: keyof MachineSettings): string => {
    const waits = machine.pending[key];
    if (waits !== undefined)
      return say('details.waits', { now: key === 'memoryMib' ? memory(machine.memoryMib) : String(machine[key]) });
    return awake && AT_START[key]?.(machine, { ...machine, ...change }) === true ? say('details.restart') : say('details.live');
  };
  const changed = Object.keys(change).length;
  const apply = (): void => {
    call('machine.edit', { machine: machine.id, change }).then(
      () => {
        setChange({});
        setRefusal(undefined);
      },
      (thrown: unknown) => setRefusal(refusalOf(thrown)),
    );
  };
  return (
    <div className="details">
      <section className="card stack">
        <h2>{say('details.general')}</h2>
        <div className="form-grid">
          <TextField
            label={say('column.name')}
            value={value('name')}
            onChange={(event) => set('name', event.target.value)}
            helperText={help('name')}
          />
          <TextField
            label={say('column.group')}
            value={value('group')}
            onChange={(event) => set('group', event.target.value)}
            helperText=" "
          />
          <TextField
            label={say('column.tags')}
            value={value('tags').join(' ')}
            onChange={(event) =>
              set(
                'tags',
                event.target.value.split(/[\s,]+/).filter((it) => it !== ''),
              )
            }
            helperText={say('bulk.tagsHelp')}
          />
        </div>
        <TextField
          label={say('details.note')}
          value={value('note')}
          multiline
          minRows={2}
          onChange={(event) => set('note', event.target.value)}
        />
        <div className="row wrap">
          <FormControlLabel
            control={<Checkbox checked={value('protected')} onChange={(_event, on) => set('protected', on)} />}
            label={say('details.protected')}
          />
          <FormControlLabel
            control={<Checkbox checked={value('autostart')} onChange={(_event, on) => set('autostart', on)} />}
            label={say('details.autostart')}
          />
        </div>
      </section>
      <section className="card stack">
        <h2>{say('details.compute')}</h2>
        <div className="form-grid">
          <NumberField
            label={say('column.vcpus')}
            value={value('vcpus')}
            min={1}
            max={64}
            set={(next) => set('vcpus', next)}
            help={help('vcpus')}
          />
          <NumberField
            label={say('cut.memory')}
            value={value('memoryMib')}
            min={16}
            max={1_048_576}
            set={(next) => set('memoryMib', next)}
            help={help('memoryMib')}
          />
          <NumberField
            label={say('details.maximumVcpus')}
            value={value('maximumVcpus') ?? value('vcpus')}
            min={value('vcpus')}
            max={64}
            set={(next) => set('maximumVcpus', next)}
            help={help('maximumVcpus')}
          />
          <NumberField
            label={say('details.maximumMemory')}
            value={value('maximumMemoryMib') ?? value('memoryMib')}
            min={value('memoryMib')}
            max={1_048_576}
            set={(next) => set('maximumMemoryMib', next)}
            help={help('maximumMemoryMib')}
          />
          <NumberField
            label={say('column.weight')}
            value={value('weight')}
            min={1}
            max={65_535}
            set={(next) => set('weight', next)}
            help={help('weight')}
          />
          <NumberField
            label={say('cut.cap')}
            value={value('cap')}
            min={0}
            max={6400}
            set={(next) => set('cap', next)}
            help={help('cap')}
          />
        </div>
      </section>
      <section className="card stack">
        <h2>{say('details.boot')}</h2>
        <dl className="facts">
          <dt>{say('column.image')}</dt>
          <dd>{machine.image}</dd>
        </dl>
        <TextField
          label={say('details.commandLine')}
          value={value('commandLine')}
          onChange={(event) => set('commandLine', event.target.value)}
          helperText={help('commandLine')}
          slotProps={{ htmlInput: { className: 'mono', spellCheck: false } }}
        />
      </section>
      <Disks machine={machine} />
      <Nics machine={machine} />
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
      <div className="apply-bar">
        <span className="grow second">{changed > 0 ? say('details.changed', { count: changed }) : say('details.unchanged')}</span>
        <Button disabled={changed === 0} onClick={() => setChange({})}>
          {say('word.cancel')}
        </Button>
        <Button variant="contained" disabled={changed === 0} onClick={apply}>
          {say('word.apply')}
        </Button>
      </div>
    </div>
  );
}
