/** What is planned: the instance, the machines, their load, what it is compared with. */
import Slider from '@mui/material/Slider';
import type { ReactNode } from 'react';
import type { Answer } from '../../../core/contract/calls.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { say, type Words } from '../../words/say.ts';
import type { PlanForm } from './scenario.ts';

interface Props {
  readonly form: PlanForm;
  readonly catalogue: Answer<'catalogue.read'> | undefined;
  set(change: Partial<PlanForm>): void;
}

function Pick({
  words,
  value,
  options,
  set,
}: {
  words: Words;
  value: string;
  options: readonly { readonly id: string; readonly text: string }[];
  set(value: string): void;
}): ReactNode {
  return (
    <label className="pick">
      <span>{say(words)}</span>
      <select className="select" value={value} onChange={(event) => set(event.target.value)}>
        {options.map((it) => (
          <option key={it.id} value={it.id}>
            {it.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Slide({
  words,
  value,
  min,
  max,
  unit,
  set,
}: {
  words: Words;
  value: number;
  min: number;
  max: number;
  unit: string;
  set(value: number): void;
}): ReactNode {
  return (
    <div className="slide">
      <span>{say(words)}</span>
      <b>
        {value} {unit}
      </b>
      <Slider value={value} min={min} max={max} onChange={(_event, next) => set(Number(next))} aria-label={say(words)} />
    </div>
  );
}

export function Form({ form, catalogue, set }: Props): ReactNode {
  const types = (catalogue?.types ?? []).filter((it) => it.provider === form.provider);
  const sorted = [...types]
    .sort((a, b) => a.pricePerHour - b.pricePerHour)
    .map((it) => ({ id: it.id, text: `${it.id}  $${it.pricePerHour}` }));
  return (
    <aside className="card plan-form" aria-label={say('plan.form')}>
      <h2>{say('plan.bigOne')}</h2>
      <Pick
        words="rent.provider"
        value={form.provider}
        options={(catalogue?.providers ?? []).map((it) => ({ id: it.id, text: it.name }))}
        set={(provider) => {
          const there = (catalogue?.types ?? [])
            .filter((it) => it.provider === provider)
            .sort((a, b) => a.pricePerHour - b.pricePerHour);
          set({ provider, type: there.at(-1)?.id ?? '', baseline: there[0]?.id ?? '' });
        }}
      />
      <Pick words="rent.type" value={form.type} options={sorted} set={(type) => set({ type })} />
      <Pick
        words="plan.model"
        value={form.model}
        options={[
          { id: 'on-demand', text: say('plan.onDemand') },
          { id: 'reserved', text: say('plan.reserved') },
          { id: 'spot', text: say('plan.spot') },
        ]}
        set={(model) => set({ model: model as PlanForm['model'] })}
      />
      <Slide words="plan.headroom" value={form.headroom} min={0} max={50} unit="%" set={(headroom) => set({ headroom })} />
      <h2>{say('plan.machines')}</h2>
      <Slide
        words="cut.count"
        value={form.count}
        min={1}
        max={Math.max(100, form.count)}
        unit=""
        set={(count) => set({ count })}
      />
      <div className="pair">
        <NumberField label={say('column.vcpus')} value={form.vcpus} min={1} max={64} set={(vcpus) => set({ vcpus })} />
        <NumberField
          label={say('plan.memory')}
          value={form.memoryMb}
          min={16}
          max={4_000_000}
          set={(memoryMb) => set({ memoryMb })}
        />
        <NumberField label={say('cut.disk')} value={form.diskGb} min={0} max={100_000} set={(diskGb) => set({ diskGb })} />
        <NumberField label={say('plan.seed')} value={form.seed} min={0} max={4_294_967_295} set={(seed) => set({ seed })} />
      </div>
      <h2>{say('plan.load')}</h2>
      <Slide
        words="plan.mean"
        value={form.mean}
        min={1}
        max={100}
        unit="%"
        set={(mean) => set({ mean, burst: Math.max(mean, form.burst) })}
      />
      <Slide
        words="plan.burst"
        value={form.burst}
        min={1}
        max={100}
        unit="%"
        set={(burst) => set({ burst, mean: Math.min(burst, form.mean) })}
      />
      <Slide
        words="plan.correlation"
        value={form.correlation}
        min={0}
        max={90}
        unit="%"
        set={(correlation) => set({ correlation })}
      />
      <h2>{say('plan.against')}</h2>
      <Pick
        words="plan.baseline"
        value={form.baseline}
        options={[{ id: '', text: say('plan.nothing') }, ...sorted]}
        set={(baseline) => set({ baseline })}
      />
    </aside>
  );
}
