/** The cut itself: into how many, or one more machine; the drawing, the ratios and the price follow every move. */
import Button from '@mui/material/Button';
import Slider from '@mui/material/Slider';
import { type ReactNode, useState } from 'react';
import type { Instance } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { machinesIn, useMachines } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { Cloth } from '../../parts/cloth.tsx';
import { cutOrders, cutQuery } from '../../parts/cut-order.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { go, usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { CutSummary } from './cut-summary.tsx';
import { EachForm } from './each-form.tsx';
import { fitOf, type Shape, smallest } from './fit.ts';
import { type Draft, FIRST_DRAFT, memoryOf, nameFits, orderOf } from './order.ts';
import { Ratios } from './ratios.tsx';

/** As far as the slider goes; the field goes further. */
const MOST = 100;
const MARKS = [1, 10, 20, 30, 40, 60, 80, 100].map((value) => ({ value, label: String(value) }));

/** A draft as a link asks for it: `count`, `vcpus`, `memory` (MiB), or the first order of a plan in `cut`. */
function asked(query: ReadonlyMap<string, string>, single: boolean): Draft {
  const number = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) : undefined);
  return {
    ...FIRST_DRAFT,
    count: single ? 1 : (number('count') ?? FIRST_DRAFT.count),
    vcpus: number('vcpus') ?? FIRST_DRAFT.vcpus,
    memoryMib: number('memory'),
    template: query.get('template') ?? '',
    ...cutOrders(query.get('cut'))[0],
  };
}

export function CutForm({ instance, single }: { instance: Instance; single: boolean }): ReactNode {
  const { query } = usePlace();
  const there = machinesIn(useMachines(), instance.id);
  const catalogue = useRead('catalogue.read', {});
  const networks = useRead('network.list', { instance: instance.id }).value?.networks ?? [];
  const [draft, setDraft] = useState(() => asked(query, single));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const { count } = draft;
  const memoryMib = memoryOf(draft, instance, there);
  const shape: Shape = { count, vcpus: draft.vcpus, memoryMib, diskMib: draft.diskGib * 1024 };
  const fitting = fitOf(instance, there, shape);
  const bad = fitting.warnings.some((it) => it === 'memory' || it === 'disk' || it === 'wide') || !nameFits(draft);
  const act = async (): Promise<void> => {
    setBusy(true);
    try {
      await call('blanket.partition', {
        instance: instance.id,
        count,
        start: draft.start,
        template: draft.template === '' ? null : draft.template,
        order: orderOf(draft, memoryMib, networks[0]?.name ?? ''),
      });
      const [, ...rest] = cutOrders(query.get('cut'));
      const [next] = rest;
      if (next === undefined) go(`/machines?on=${instance.id}`);
      else {
        go(`/partition?${new URLSearchParams({ instance: instance.id, cut: cutQuery(rest) }).toString()}`);
        set(next);
        setBusy(false);
      }
    } catch (thrown) {
      setRefusal(refusalOf(thrown));
      setBusy(false);
    }
  };
  return (
    <div className="page-body wizard">
      <div className="wizard-main">
        <section className="card stack">
          {!single && (
            <div className="cut-count">
              <Slider
                value={count}
                min={1}
                max={MOST}
                onChange={(_event, value) => set({ count: Number(value) })}
                aria-label={say('cut.count')}
                valueLabelDisplay="auto"
                marks={MARKS}
              />
              <NumberField label={say('cut.count')} value={count} set={(next) => set({ count: next })} min={1} max={1000} />
            </div>
          )}
          <Cloth instance={instance} machines={there} planned={{ count, memoryMib }} height={single ? 120 : 190} />
          <Ratios fitting={fitting} shape={shape} />
        </section>
        <section className="card stack">
          <h2>{say(single ? 'cut.one' : 'cut.each')}</h2>
          <EachForm instance={instance} there={there} networks={networks} draft={draft} set={set} />
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
