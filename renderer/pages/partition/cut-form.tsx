/** The cut itself. */
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { machinesIn, useMachines } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { Cloth } from '../../parts/cloth.tsx';
import { memory } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { go, usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { CutSummary } from './cut-summary.tsx';
import { evenShare, fitOf, type Shape, smallest } from './fit.ts';
import { Ratios } from './ratios.tsx';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,55}[a-z0-9])?$/i;
const MOST = 100;

export function CutForm({ instance }: { instance: Instance }): ReactNode {
  const { query } = usePlace();
  const there = machinesIn(useMachines(), instance.id);
  const catalogue = useRead('catalogue.read', {});
  const held = there.reduce((sum, it) => sum + it.memoryMib, 0);
  const [count, setCount] = useState(Number(query.get('count') ?? 4));
  const [ownMemory, setOwnMemory] = useState<number | undefined>(query.has('memory') ? Number(query.get('memory')) : undefined);
  const [vcpus, setVcpus] = useState(Number(query.get('vcpus') ?? 1));
  const [diskGib, setDiskGib] = useState(1);
  const [name, setName] = useState('vm');
  const [weight, setWeight] = useState(256);
  const [cap, setCap] = useState(0);
  const [start, setStart] = useState(true);
  const [template, setTemplate] = useState('');
  const images = useRead('image.list', {});
  const [image, setImage] = useState('default');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const memoryMib = ownMemory ?? Math.min(4096, evenShare(instance, held, count));
  const shape: Shape = { count, vcpus, memoryMib, diskMib: diskGib * 1024 };
  const fitting = fitOf(instance, there, shape);
  const bad = fitting.warnings.some((it) => it === 'memory' || it === 'disk' || it === 'wide') || !NAME.test(name);
  const templates = there.filter((it) => it.state === 'template' || it.state === 'running');
  const act = async (): Promise<void> => {
    setBusy(true);
    try {
      await call('blanket.partition', {
        instance: instance.id,
        count,
        start,
        template: template === '' ? null : template,
        order: { name, image, vcpus, memoryMib, diskMib: diskGib * 1024, network: 'default', weight, cap },
      });
      go(`/machines?on=${instance.id}`);
    } catch (thrown) {
      setRefusal(refusalOf(thrown));
      setBusy(false);
    }
  };
  return (
    <div className="page-body wizard">
      <div className="wizard-main">
        <section className="card stack">
          <div className="cut-count">
            <Slider
              value={count}
              min={1}
              max={MOST}
              onChange={(_event, value) => setCount(Number(value))}
              aria-label={say('cut.count')}
              valueLabelDisplay="auto"
              marks={[1, 10, 20, 30, 40, 60, 80, 100].map((value) => ({ value, label: String(value) }))}
            />
            <NumberField label={say('cut.count')} value={count} set={setCount} min={1} max={1000} />
          </div>
          <Cloth instance={instance} machines={there} planned={{ count, memoryMib }} height={190} />
          <Ratios fitting={fitting} shape={shape} />
        </section>
        <section className="card stack">
          <h2>{say('cut.each')}</h2>
          <div className="form-grid">
            <TextField
              label={say('cut.name')}
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={!NAME.test(name)}
              helperText={count > 1 ? `${name}-${'1'.padStart(String(count).length, '0')} … ${name}-${count}` : ' '}
            />
            <NumberField label={say('column.vcpus')} value={vcpus} set={setVcpus} min={1} max={instance.vcpus * 4} />
            <NumberField
              label={say('cut.memory')}
              value={memoryMib}
              set={setOwnMemory}
              min={16}
              max={instance.memoryMib}
              help={ownMemory === undefined ? say('cut.even') : memory(memoryMib)}
            />
            <NumberField label={say('cut.disk')} value={diskGib} set={setDiskGib} min={0} max={Math.max(1, instance.diskGib)} />
            <NumberField
              label={say('column.weight')}
              value={weight}
              set={setWeight}
              min={1}
              max={65_535}
              help={say('cut.weightHelp')}
            />
            <NumberField label={say('cut.cap')} value={cap} set={setCap} min={0} max={6400} help={say('cut.capHelp')} />
          </div>
          <div className="row wrap">
            <label className="row small second">
              {say('cut.from')}
              <select className="select" value={template} onChange={(event) => setTemplate(event.target.value)}>
                <option value="">{say('cut.fromImage', { name: image })}</option>
                {templates.map((it) => (
                  <option key={it.id} value={it.id}>
                    {say('cut.fromMachine', { name: it.name })}
                  </option>
                ))}
              </select>
            </label>
            {template === '' && (images.value ?? []).filter((it) => it.state === 'ready' && it.kind === 'kernel').length > 1 && (
              <select
                className="select"
                value={image}
                aria-label={say('column.image')}
                onChange={(event) => setImage(event.target.value)}
              >
                {(images.value ?? [])
                  .filter((it) => it.state === 'ready' && it.kind === 'kernel')
                  .map((it) => (
                    <option key={it.id} value={it.id}>
                      {it.name}
                    </option>
                  ))}
              </select>
            )}
            <FormControlLabel
              control={<Checkbox checked={start} onChange={(_event, on) => setStart(on)} />}
              label={say('cut.start')}
            />
          </div>
        </section>
      </div>
      <CutSummary
        instance={instance}
        fitting={fitting}
        shape={shape}
        there={there.length}
        baseline={smallest(catalogue.value?.types ?? [], instance.provider, shape)}
        refusal={refusal}
      >
        <Button variant="contained" size="medium" disabled={bad || busy} onClick={() => void act()}>
          {say('cut.go', { count })}
        </Button>
      </CutSummary>
    </div>
  );
}
