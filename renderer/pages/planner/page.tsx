/** The planner: what cutting an instance into many saves, and what it costs in speed. */
import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { PLAN_EXPORTS } from '../../../core/contract/calls-planner.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call } from '../../desk/client.ts';
import { useInstances, useLoaded, useMachines } from '../../desk/fleet.ts';
import { type Read, useRead } from '../../desk/queries.ts';
import { RefusalNote } from '../../parts/refusal.tsx';
import { run } from '../../parts/run.ts';
import { usePlace } from '../../routes.ts';
import { say, sayAny } from '../../words/say.ts';
import { Answers } from './answer.tsx';
import { ApplyButton } from './apply.tsx';
import { PriceParts, ResourceBullets, Tornado } from './bars.tsx';
import { CheckPicture } from './check.tsx';
import { ParetoPlot, SlowdownSpread } from './clouds-of-points.tsx';
import { Compare, MOST_BESIDE } from './compare.tsx';
import { CrossingLines, PriceCurve, SlowdownCurve } from './curves.tsx';
import { countOf, countsFor, draftFrom, show, vcpusOf } from './draft.ts';
import { AllFigures } from './figures.tsx';
import { Form } from './form.tsx';
import { measurable, planFromFleet } from './from-fleet.ts';
import { ContentionMap, HourMap } from './heat.tsx';
import { ImportPrices } from './import-prices.tsx';
import { usePlansKept } from './kept.ts';
import { SavedPlans } from './saved-plans.tsx';
import { SweepPicture } from './sweep.tsx';
import '../../parts/chart.css';
import './planner.css';

export function PlannerPage(): ReactNode {
  const { query } = usePlace();
  const draft = useMemo(() => draftFrom(query), [query]);
  const [importing, setImporting] = useState(false);
  const [beside, setBeside] = usePlansKept('planner.beside');
  const catalogue = useRead('catalogue.read', {}, ['prices.changed']);
  const measure = useMeasure(draft, query.get('measured'));
  const rentable = catalogue.value?.providers.find((it) => it.id === draft.provider)?.rentable === true;
  return (
    <>
      <div className="page-head">
        <h1>{say('nav.planner')}</h1>
        <span className="quiet grow cut">{say('planner.question')}</span>
        <Button variant="outlined" onClick={() => setImporting(true)}>
          {say('prices.import')}
        </Button>
        <SavedPlans draft={draft} show={show} />
        <Button variant="outlined" disabled={beside.length >= MOST_BESIDE} onClick={() => setBeside([...beside, draft])}>
          {say('compare.add')}
        </Button>
        <ExportButton draft={draft} />
        <ApplyButton draft={draft} rentable={rentable} />
      </div>
      <ImportPrices open={importing} close={() => setImporting(false)} />
      <div className="page-body planner">
        <Form draft={draft} catalogue={catalogue.value} measure={measure} set={show} />
        <div className="stack">
          <Compare
            draft={draft}
            beside={beside}
            setBeside={setBeside}
            take={(index) => {
              const next = beside[index];
              if (next === undefined) return;
              setBeside(beside.map((it, at) => (at === index ? draft : it)));
              show(next);
            }}
          />
          <Pictures draft={draft} threads={catalogue.value?.types.find((it) => it.id === draft.type)?.vcpus ?? 1} />
        </div>
      </div>
    </>
  );
}

function Pictures({ draft, threads }: { draft: PlanScenario; threads: number }): ReactNode {
  const settled = useDeferredValue(draft);
  const counts = useMemo(() => countsFor(settled), [settled]);
  const plan = useKept(useRead('plan.evaluate', { scenario: settled }));
  const pictures = useKept(useRead('plan.pictures', { scenario: settled, counts }));
  const baseline = draft.baseline?.type ?? '';
  const instances = draft.instances ?? 1;
  const { value, refusal } = plan;
  const drawn = pictures.value;
  if (value === undefined) return refusal === undefined ? null : <RefusalNote refusal={refusal} />;
  return (
    <>
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
      <Answers plan={value} />
      {value.warnings.map((warning) => (
        <p key={warning.code} className="warning small" role="status">
          {warning.message}
        </p>
      ))}
      <div className="pictures">
        {drawn !== undefined && (
          <>
            <PriceCurve plan={value} pictures={drawn} baseline={baseline} />
            <SlowdownCurve plan={value} pictures={drawn} />
            <CrossingLines plan={value} pictures={drawn} baseline={baseline} />
          </>
        )}
        <CheckPicture scenario={settled} />
        <ResourceBullets plan={value} />
        <PriceParts plan={value} />
        {drawn !== undefined && (
          <>
            <ContentionMap
              pictures={drawn}
              ratio={vcpusOf(draft) / instances / threads}
              count={Math.ceil(countOf(draft) / instances)}
            />
            <Tornado plan={value} pictures={drawn} />
          </>
        )}
        <SlowdownSpread scenario={settled} />
        <ParetoPlot plan={value} scenario={settled} />
        {drawn !== undefined && <HourMap pictures={drawn} />}
        <SweepPicture scenario={settled} />
      </div>
      <AllFigures plan={value} />
      <p className="quiet small">
        {say('plan.source', {
          name: value.provider.name,
          date: value.provider.priceDate,
          seed: draft.simulation?.seed ?? 1,
        })}
      </p>
    </>
  );
}

/** Takes the load of what runs: at a press, or because the address says so (`measured=i3`, or `all`). */
function useMeasure(draft: PlanScenario, asked: string | undefined): (() => void) | undefined {
  const machines = [...useMachines().values()];
  const instances = useInstances();
  const loaded = useLoaded();
  const wanted = asked === undefined || asked === 'all' ? undefined : asked;
  const running = measurable(machines).filter((it) => wanted === undefined || it.instance === wanted);
  const homes = new Set(running.map((it) => it.instance));
  const [home] = homes;
  const take = (): void =>
    run(async () => show(await planFromFleet(draft, running, homes.size === 1 ? instances.get(home ?? '') : undefined)));
  const [taken, setTaken] = useState(false);
  useEffect(() => {
    if (asked === undefined || !loaded || taken) return;
    setTaken(true);
    take();
  });
  return running.length === 0 ? undefined : take;
}

function ExportButton({ draft }: { draft: PlanScenario }): ReactNode {
  const [at, setAt] = useState<HTMLElement>();
  const save = (kind: (typeof PLAN_EXPORTS)[number]): void => {
    setAt(undefined);
    run(async () => {
      const { text, name } = await call('plan.export', { scenario: draft, kind });
      await call('file.export', {
        name: `${name.replace(/[^\w .-]/g, ' ')} ${kind}`,
        kind: kind === 'scenario' || kind === 'tofu' ? 'json' : 'txt',
        bytes: new TextEncoder().encode(text),
      });
    });
  };
  return (
    <>
      <Button variant="outlined" onClick={(event) => setAt(event.currentTarget)} aria-haspopup="menu">
        {say('plan.export')}
      </Button>
      <Menu open={at !== undefined} anchorEl={at ?? null} onClose={() => setAt(undefined)}>
        {PLAN_EXPORTS.map((kind) => (
          <MenuItem key={kind} onClick={() => save(kind)}>
            {sayAny(`export.${kind}`)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}

/** Keeps the last answer while the next is on its way, so that nothing jumps under a slider. */
function useKept<T>({ value, refusal }: Read<T>): Pick<Read<T>, 'value' | 'refusal'> {
  const [last, setLast] = useState<T>();
  if (value !== undefined && value !== last) setLast(value);
  return { value: value ?? last, refusal };
}
