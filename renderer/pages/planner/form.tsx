/** What is planned: the instance and its price, the machines and their load, the second layer's share, what it is compared with. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';
import type { Answer } from '../../../core/contract/calls.ts';
import type { PlanScenario, PlanTax } from '../../../core/contract/plan-scenario.ts';
import { money } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { say } from '../../words/say.ts';
import { withLayer, withPrice } from './draft.ts';
import { Amount, Pick, Section, Slide } from './fields.tsx';
import { GuestForm } from './guest-form.tsx';

interface Props {
  readonly draft: PlanScenario;
  readonly catalogue: Answer<'catalogue.read'> | undefined;
  /** Offers to take the load of what runs; undefined: nothing runs. */
  readonly measure: (() => void) | undefined;
  set(draft: PlanScenario): void;
}

/** The papers' own, shown until somebody changes them; the planner's defaults. */
const TAXES = { cpu: 3.23, disk: 11.75, network: 1.06 } as const;

export function Form({ draft, catalogue, measure, set }: Props): ReactNode {
  const types = (catalogue?.types ?? []).filter((it) => it.provider === draft.provider);
  const currency = catalogue?.providers.find((it) => it.id === draft.provider)?.currency;
  const sorted = [...types]
    .sort((a, b) => a.pricePerHour - b.pricePerHour)
    .map((it) => ({ id: it.id, text: `${it.id}  ${money(it.pricePerHour, currency)}/h` }));
  const model = draft.price?.model ?? 'on-demand';
  return (
    <aside className="card plan-form" aria-label={say('plan.form')}>
      <TextField
        label={say('plan.name')}
        value={draft.name ?? ''}
        onChange={(event) => set({ ...draft, name: event.target.value.slice(0, 80) })}
      />
      <Section words="plan.bigOne" open>
        <Pick
          words="rent.provider"
          value={draft.provider}
          options={(catalogue?.providers ?? []).map((it) => ({ id: it.id, text: it.name }))}
          set={(provider) => {
            const there = (catalogue?.types ?? [])
              .filter((it) => it.provider === provider)
              .sort((a, b) => a.pricePerHour - b.pricePerHour);
            set({ ...draft, provider, type: there.at(-1)?.id ?? '', baseline: { type: there[0]?.id ?? '' } });
          }}
        />
        <Pick words="rent.type" value={draft.type} options={sorted} set={(type) => set({ ...draft, type })} />
        <Pick
          words="plan.model"
          value={model}
          options={[
            { id: 'on-demand', text: say('plan.onDemand') },
            { id: 'reserved', text: say('plan.reserved') },
            { id: 'spot', text: say('plan.spot') },
          ]}
          set={(next) => set({ ...draft, price: { model: next } })}
        />
        <Reserved draft={draft} set={set} />
        <div className="pair">
          <NumberField
            label={say('plan.instances')}
            value={draft.instances ?? 1}
            min={1}
            max={10_000}
            set={(instances) => set({ ...draft, instances })}
          />
          <Amount
            words="plan.hours"
            value={draft.hoursPerMonth ?? null}
            min={1}
            max={744}
            none={say('plan.allHours')}
            set={(hoursPerMonth) => set({ ...draft, hoursPerMonth })}
          />
        </div>
      </Section>
      <Section words="plan.machines" open>
        {measure !== undefined && (
          <Button variant="outlined" size="small" onClick={measure}>
            {say('plan.measure')}
          </Button>
        )}
        <GuestForm draft={draft} set={set} />
      </Section>
      <Section words="plan.against" open>
        <Pick
          words="plan.baseline"
          value={draft.baseline?.type ?? ''}
          options={[{ id: '', text: say('plan.nothing') }, ...sorted]}
          set={(type) => set({ ...draft, baseline: type === '' ? null : { type } })}
        />
      </Section>
      <Limits draft={draft} set={set} />
      <SecondLayer draft={draft} set={set} />
      <Other draft={draft} set={set} />
    </aside>
  );
}

type Part = Omit<Props, 'catalogue' | 'measure'>;

function Reserved({ draft, set }: Part): ReactNode {
  if (draft.price?.model === 'reserved')
    return (
      <div className="pair">
        <NumberField
          label={say('plan.term')}
          value={draft.price.termYears ?? 1}
          min={1}
          max={10}
          set={(termYears) => set(withPrice(draft, { termYears }))}
        />
        <TextField
          label={say('plan.option')}
          value={draft.price.option ?? ''}
          onChange={(event) =>
            set(withPrice(draft, { option: event.target.value.trim() === '' ? undefined : event.target.value.trim() }))
          }
        />
      </div>
    );
  if (draft.price?.model !== 'spot') return null;
  return (
    <div className="pair">
      <Amount
        words="plan.interruptions"
        value={draft.spot?.interruptionsPerMonth ?? null}
        min={0}
        max={1000}
        none={say('plan.fromList')}
        set={(interruptionsPerMonth) => set({ ...draft, spot: { ...draft.spot, interruptionsPerMonth } })}
      />
      <Amount
        words="plan.minutesLost"
        value={draft.spot?.minutesLost ?? 10}
        min={0}
        max={1440}
        set={(next) => set({ ...draft, spot: { ...draft.spot, minutesLost: next ?? 10 } })}
      />
    </div>
  );
}

function Limits({ draft, set }: Part): ReactNode {
  return (
    <Section words="plan.limits">
      <Slide
        words="plan.headroom"
        value={(draft.headroom ?? 0) * 100}
        min={0}
        max={50}
        unit="%"
        set={(next) => set({ ...draft, headroom: next / 100 })}
      />
      <div className="pair">
        <Amount
          words="plan.overcommitCpu"
          value={draft.overcommit?.cpu ?? null}
          min={0.1}
          max={1000}
          none={say('plan.noLimit')}
          set={(cpu) => set({ ...draft, overcommit: { ...draft.overcommit, cpu } })}
        />
        <Amount
          words="plan.overcommitMemory"
          value={draft.overcommit?.memory ?? null}
          min={0.1}
          max={1000}
          none={say('plan.noLimit')}
          set={(memory) => set({ ...draft, overcommit: { ...draft.overcommit, memory } })}
        />
        <Amount
          words="plan.overcommitDisk"
          value={draft.overcommit?.disk ?? null}
          min={0.1}
          max={1000}
          none={say('plan.noLimit')}
          set={(disk) => set({ ...draft, overcommit: { ...draft.overcommit, disk } })}
        />
        <NumberField
          label={say('plan.reserve')}
          value={draft.failureReserve ?? 0}
          min={0}
          max={1000}
          set={(failureReserve) => set({ ...draft, failureReserve })}
        />
      </div>
    </Section>
  );
}

function SecondLayer({ draft, set }: Part): ReactNode {
  const layer = draft.secondLayer ?? {};
  const tax = (name: keyof typeof TAXES, percent: number): void => {
    const own: PlanTax = {
      value: percent / 100,
      source: say('plan.ownFigure'),
      date: new Date().toISOString().slice(0, 10),
      confidence: 'user',
    };
    set(withLayer(draft, { tax: { ...layer.tax, [name]: own } }));
  };
  const amount = (name: keyof typeof TAXES): number =>
    layer.tax?.[name] === undefined ? TAXES[name] : Math.round(layer.tax[name].value * 1e4) / 100;
  return (
    <Section words="plan.secondLayer">
      <div className="pair">
        <Amount
          words="plan.driverThreads"
          value={layer.driverThreads ?? 0}
          min={0}
          max={4096}
          set={(next) => set(withLayer(draft, { driverThreads: next ?? 0 }))}
        />
        <Amount
          words="plan.driverMemory"
          value={layer.driverMemoryMb ?? 512}
          min={0}
          max={1_000_000}
          set={(next) => set(withLayer(draft, { driverMemoryMb: next ?? 0 }))}
        />
        <Amount
          words="plan.hypervisorMemory"
          value={layer.hypervisorMemoryMb ?? 128}
          min={0}
          max={1_000_000}
          set={(next) => set(withLayer(draft, { hypervisorMemoryMb: next ?? 0 }))}
        />
        <Amount
          words="plan.driverDisk"
          value={layer.driverDiskGb ?? 0}
          min={0}
          max={1_000_000}
          set={(next) => set(withLayer(draft, { driverDiskGb: next ?? 0 }))}
        />
        <Amount words="plan.taxCpu" value={amount('cpu')} min={0} max={99} set={(next) => tax('cpu', next ?? 0)} />
        <Amount words="plan.taxDisk" value={amount('disk')} min={0} max={99} set={(next) => tax('disk', next ?? 0)} />
        <Amount words="plan.taxNetwork" value={amount('network')} min={0} max={99} set={(next) => tax('network', next ?? 0)} />
      </div>
    </Section>
  );
}

function Other({ draft, set }: Part): ReactNode {
  return (
    <Section words="plan.other">
      <div className="pair">
        <NumberField
          label={say('plan.seed')}
          value={draft.simulation?.seed ?? 1}
          min={0}
          max={4_294_967_295}
          set={(seed) => set({ ...draft, simulation: { seed } })}
        />
        <TextField
          label={say('plan.currency')}
          value={draft.currency?.code ?? ''}
          placeholder={say('plan.fromList')}
          onChange={(event) => {
            const code = event.target.value.toUpperCase().slice(0, 3);
            set({
              ...draft,
              currency: code === '' ? null : { code, perCatalogueUnit: draft.currency?.perCatalogueUnit ?? '1' },
            });
          }}
        />
        <Amount
          words="plan.work"
          value={draft.unitOfWork?.ecuSeconds ?? null}
          min={0.001}
          max={1e9}
          none={say('plan.notAsked')}
          set={(ecuSeconds) =>
            set({
              ...draft,
              unitOfWork: ecuSeconds === null ? null : { name: draft.unitOfWork?.name ?? say('plan.workUnit'), ecuSeconds },
            })
          }
        />
        {draft.unitOfWork != null && (
          <TextField
            label={say('plan.workName')}
            value={draft.unitOfWork.name}
            onChange={(event) =>
              draft.unitOfWork != null && set({ ...draft, unitOfWork: { ...draft.unitOfWork, name: event.target.value } })
            }
          />
        )}
        {draft.currency != null && (
          <TextField
            label={say('plan.rate')}
            value={draft.currency.perCatalogueUnit}
            onChange={(event) =>
              draft.currency != null &&
              set({ ...draft, currency: { code: draft.currency.code, perCatalogueUnit: event.target.value } })
            }
          />
        )}
      </div>
    </Section>
  );
}
