/** The classes of machines in a plan: what each is promised, and how busy it is. */
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type ReactNode, useState } from 'react';
import type { PlanGuest, PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { say } from '../../words/say.ts';
import { freeName, withGuest } from './draft.ts';
import { Amount, Pick, Slide } from './fields.tsx';

/** How busy each hour is, relative to the others. */
const DAYS = {
  flat: null,
  office: [1, 1, 1, 1, 1, 1, 2, 4, 8, 10, 10, 9, 8, 9, 10, 10, 9, 7, 4, 3, 2, 2, 1, 1],
  evening: [3, 2, 1, 1, 1, 1, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 6, 8, 10, 10, 10, 8, 5],
  night: [10, 10, 10, 10, 10, 8, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 4, 6, 8],
} satisfies Record<string, number[] | null>;
type Day = keyof typeof DAYS;

const dayOf = (hourly: PlanGuest['hourly']): Day | 'measured' => {
  const text = JSON.stringify(hourly ?? null);
  for (const day of ['flat', 'office', 'evening', 'night'] as const) if (JSON.stringify(DAYS[day]) === text) return day;
  return 'measured';
};

interface Props {
  readonly draft: PlanScenario;
  set(draft: PlanScenario): void;
}

export function GuestForm({ draft, set }: Props): ReactNode {
  const [chosen, setChosen] = useState(0);
  const index = Math.min(chosen, draft.guests.length - 1);
  const guest = draft.guests[index];
  if (guest === undefined) return null;
  const change = (next: Partial<PlanGuest>): void => set(withGuest(draft, index, next));
  return (
    <>
      <div className="classes">
        <div className="classes" role="tablist" aria-label={say('plan.classes')}>
          {draft.guests.map((it, at) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: a class is known by its place; names change while they are typed
              key={at}
              type="button"
              role="tab"
              aria-selected={at === index}
              className="class-tab"
              onClick={() => setChosen(at)}
            >
              {it.name ?? 'guest'} <span className="quiet">{it.count}</span>
            </button>
          ))}
        </div>
        <Button
          size="small"
          onClick={() => {
            set({ ...draft, guests: [...draft.guests, { ...guest, name: freeName(draft), count: 10 }] });
            setChosen(draft.guests.length);
          }}
        >
          {say('plan.addClass')}
        </Button>
      </div>
      <Slide
        words="cut.count"
        value={guest.count}
        min={1}
        max={Math.max(100, guest.count)}
        unit=""
        set={(count) => change({ count })}
      />
      <div className="pair">
        <TextField
          label={say('plan.className')}
          value={guest.name ?? 'guest'}
          onChange={(event) => change({ name: event.target.value })}
        />
        <NumberField label={say('column.vcpus')} value={guest.vcpus ?? 1} min={1} max={64} set={(vcpus) => change({ vcpus })} />
        <Amount
          words="plan.memory"
          value={guest.memoryMb}
          min={16}
          max={4_000_000}
          set={(memoryMb) => memoryMb !== null && change({ memoryMb })}
        />
        <Amount
          words="cut.disk"
          value={guest.diskGb ?? 0}
          min={0}
          max={100_000}
          set={(diskGb) => change({ diskGb: diskGb ?? 0 })}
        />
        <NumberField
          label={say('column.weight')}
          value={guest.weight ?? 256}
          min={1}
          max={65_535}
          set={(weight) => change({ weight })}
        />
        <NumberField
          label={say('cut.cap')}
          value={guest.capPercent ?? 0}
          min={0}
          max={6400}
          set={(capPercent) => change({ capPercent })}
        />
      </div>
      <Load guest={guest} change={change} />
      {draft.guests.length > 1 && (
        <Button
          size="small"
          color="error"
          onClick={() => set({ ...draft, guests: draft.guests.filter((_, at) => at !== index) })}
        >
          {say('plan.removeClass')}
        </Button>
      )}
    </>
  );
}

function Load({ guest, change }: { guest: PlanGuest; change(next: Partial<PlanGuest>): void }): ReactNode {
  const mean = guest.load?.mean ?? 1;
  const burst = guest.load?.burst ?? 1;
  const day = dayOf(guest.hourly);
  // A new mean or burst makes a stored duty stale; the planner derives it again.
  const load = (next: NonNullable<PlanGuest['load']>): void =>
    change({ load: { burstSeconds: guest.load?.burstSeconds, mean, burst, ...next } });
  return (
    <>
      <h3>{say('plan.load')}</h3>
      <Slide
        words="plan.mean"
        value={mean * 100}
        min={1}
        max={100}
        unit="%"
        set={(next) => load({ mean: next / 100, burst: Math.max(next / 100, burst) })}
      />
      <Slide
        words="plan.burst"
        value={burst * 100}
        min={1}
        max={100}
        unit="%"
        set={(next) => load({ burst: next / 100, mean: Math.min(next / 100, mean) })}
      />
      <Slide
        words="plan.correlation"
        value={(guest.correlation ?? 0) * 100}
        min={0}
        max={90}
        unit="%"
        set={(next) => change({ correlation: next / 100 })}
      />
      <Slide
        words="plan.workingSet"
        value={(guest.workingSet?.idle ?? 1) * 100}
        min={1}
        max={100}
        unit="%"
        set={(next) => change({ workingSet: { idle: next / 100, burst: Math.max(next / 100, guest.workingSet?.burst ?? 1) } })}
      />
      <Pick
        words="plan.day"
        value={day}
        options={[
          { id: 'flat', text: say('plan.dayFlat') },
          { id: 'office', text: say('plan.dayOffice') },
          { id: 'evening', text: say('plan.dayEvening') },
          { id: 'night', text: say('plan.dayNight') },
          ...(day === 'measured' ? [{ id: day, text: say('plan.dayMeasured') }] : []),
        ]}
        set={(next) => next !== 'measured' && change({ hourly: DAYS[next] })}
      />
      <div className="pair">
        <Amount
          words="plan.burstSeconds"
          value={guest.load?.burstSeconds ?? 60}
          min={0.1}
          max={86_400}
          set={(burstSeconds) => burstSeconds !== null && load({ burstSeconds })}
        />
        <Amount
          words="plan.network"
          value={guest.networkMbps?.burst ?? 0}
          min={0}
          max={1_000_000}
          set={(next) => change({ networkMbps: { idle: Math.min(guest.networkMbps?.idle ?? 0, next ?? 0), burst: next ?? 0 } })}
        />
        <Amount
          words="plan.egress"
          value={guest.egressGbPerMonth ?? 0}
          min={0}
          max={1_000_000}
          set={(next) => change({ egressGbPerMonth: next ?? 0 })}
        />
        <Amount
          words="plan.diskWait"
          value={Math.round((guest.waits?.disk ?? 0) * 100)}
          min={0}
          max={100 - Math.round((guest.waits?.network ?? 0) * 100)}
          set={(next) => change({ waits: { ...guest.waits, disk: (next ?? 0) / 100 } })}
        />
      </div>
    </>
  );
}
