/** The planner: what cutting an instance into many saves, and what it costs in speed. */
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import type { Request } from '../../../core/contract/calls.ts';
import { call } from '../../desk/client.ts';
import { useRead } from '../../desk/queries.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { go, usePlace } from '../../routes.ts';
import { say, type Words } from '../../words/say.ts';
import { Answers } from './answer.tsx';
import { PriceParts, ResourceBullets, Tornado } from './bars.tsx';
import { ParetoPlot, SlowdownSpread } from './clouds-of-points.tsx';
import { PriceCurve, SlowdownCurve } from './curves.tsx';
import { Form } from './form.tsx';
import { ContentionMap, HourMap } from './heat.tsx';
import { countsFor, formFrom, type PlanForm, placeOf, scenarioOf } from './scenario.ts';
import '../../parts/chart.css';
import './planner.css';

const EXPORTS: readonly Request<'plan.export'>['kind'][] = ['scenario', 'libvirt', 'xl', 'cloud-init', 'tofu'];

export function PlannerPage(): ReactNode {
  const { query } = usePlace();
  const form = useMemo(() => formFrom(query), [query]);
  const [at, setAt] = useState<HTMLElement>();
  const catalogue = useRead('catalogue.read', {});
  const settled = useDeferredValue(form);
  const scenario = useMemo(() => scenarioOf(settled), [settled]);
  const plan = useKept(useRead('plan.evaluate', { scenario }));
  const pictures = useKept(useRead('plan.pictures', { scenario, counts: countsFor(settled) }));
  const set = (change: Partial<PlanForm>): void => {
    window.history.replaceState(null, '', `#${placeOf({ ...form, ...change })}`);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  };
  const type = catalogue.value?.types.find((it) => it.provider === form.provider && it.id === form.type);
  const rentable = catalogue.value?.providers.find((it) => it.id === form.provider)?.rentable === true;
  const save = (kind: Request<'plan.export'>['kind']): void => {
    setAt(undefined);
    run(async () => {
      const { text, name } = await call('plan.export', { scenario, kind });
      await call('file.export', {
        name: `${name.replace(/[^\w .-]/g, ' ')} ${kind}`,
        kind: kind === 'scenario' || kind === 'tofu' ? 'json' : 'txt',
        bytes: new TextEncoder().encode(text),
      });
    });
  };
  return (
    <>
      <div className="page-head">
        <h1>{say('nav.planner')}</h1>
        <span className="quiet grow cut">{say('planner.question')}</span>
        <Button variant="outlined" onClick={(event) => setAt(event.currentTarget)} aria-haspopup="menu">
          {say('plan.export')}
        </Button>
        <Button
          variant="contained"
          disabled={!rentable}
          onClick={() => go(`/rent?provider=${form.provider}&type=${form.type}`)}
          title={rentable ? undefined : say('rent.notRentable')}
        >
          {say('plan.apply')}
        </Button>
        <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
          {EXPORTS.map((kind) => (
            <MenuItem key={kind} onClick={() => save(kind)}>
              {say(`export.${kind}` as Words)}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <div className="page-body planner">
        <Form form={form} catalogue={catalogue.value} set={set} />
        <div className="stack">
          {plan.refusal !== undefined && <RefusalNote refusal={plan.refusal} />}
          {plan.value !== undefined && (
            <>
              <Answers plan={plan.value} />
              {plan.value.warnings.map((warning) => (
                <p key={warning.code} className="warning small" role="status">
                  {warning.message}
                </p>
              ))}
              <div className="pictures">
                {pictures.value !== undefined && (
                  <>
                    <PriceCurve plan={plan.value} pictures={pictures.value} baseline={form.baseline} />
                    <SlowdownCurve plan={plan.value} pictures={pictures.value} />
                  </>
                )}
                <ResourceBullets plan={plan.value} />
                <PriceParts plan={plan.value} />
                {pictures.value !== undefined && (
                  <>
                    <ContentionMap
                      pictures={pictures.value}
                      ratio={(form.count * form.vcpus) / Math.max(1, type?.vcpus ?? 1)}
                      count={form.count}
                    />
                    <Tornado plan={plan.value} pictures={pictures.value} />
                  </>
                )}
                <SlowdownSpread scenario={scenario} />
                <ParetoPlot plan={plan.value} scenario={scenario} />
                {pictures.value !== undefined && <HourMap pictures={pictures.value} />}
              </div>
              <p className="quiet small">
                {say('plan.source', { name: plan.value.provider.name, date: plan.value.provider.priceDate, seed: form.seed })}
              </p>
            </>
          )}
        </div>
      </div>
    </>
  );
}

/** Keeps the last answer while the next is on its way, so that nothing jumps under a slider. */
function useKept<T>(read: { value: T | undefined; refusal: Parameters<typeof RefusalNote>[0]['refusal'] | undefined }): {
  value: T | undefined;
  refusal: Parameters<typeof RefusalNote>[0]['refusal'] | undefined;
} {
  const [last, setLast] = useState<T>();
  if (read.value !== undefined && read.value !== last) setLast(read.value);
  return { value: read.value ?? last, refusal: read.refusal };
}
