/** Bars: what the price is made of, how full each resource is, and which input moves the answer most. */
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { PlanPictures, PlanView } from '../../../core/contract/plan.ts';
import { money, percent, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { say, sayAny } from '../../words/say.ts';

const TONES: Readonly<Record<string, string>> = {
  guests: 'var(--thread-0)',
  tax: 'var(--thread-1)',
  idle: 'var(--thread-4)',
  reserve: 'var(--thread-6)',
  interruptions: 'var(--thread-3)',
  storage: 'var(--thread-7)',
  egress: 'var(--thread-2)',
};

export function PriceParts({ plan }: { plan: PlanView }): ReactNode {
  let from = 0;
  const parts = plan.parts.filter((it) => it.perHour > 0);
  const table = {
    head: [say('spend.part'), say('spend.perHour'), say('plan.share')],
    rows: plan.parts.map((it) => [sayAny(`planPart.${it.id}`), it.perHour, it.share]),
  };
  return (
    <Picture
      title={say('picture.parts')}
      answer={say('picture.partsAnswer', { price: money(plan.pricePerHour, plan.currency) })}
      table={table}
    >
      <div className="bars">
        {parts.map((it) => {
          const left = from;
          from += it.share;
          return (
            <div key={it.id} className="bar-row">
              <span>{sayAny(`planPart.${it.id}`)}</span>
              <span className="lane">
                <i
                  style={{
                    left: `${left * 100}%`,
                    width: `${Math.max(0.4, it.share * 100)}%`,
                    background: TONES[it.id] ?? 'var(--ink-3)',
                  }}
                />
              </span>
              <b>{money(it.perHour, plan.currency)}</b>
            </div>
          );
        })}
        <div className="bar-row sum">
          <span>{say('spend.together')}</span>
          <span className="lane">
            <i style={{ left: 0, width: '100%', background: 'var(--ink-3)' }} />
          </span>
          <b>{money(plan.pricePerHour, plan.currency)}</b>
        </div>
      </div>
    </Picture>
  );
}

export function ResourceBullets({ plan }: { plan: PlanView }): ReactNode {
  const table = {
    head: [say('plan.resource'), say('plan.promised'), say('plan.usable'), say('plan.ratio')],
    rows: plan.resources.map((it) => [it.name, it.promised, it.usable ?? '–', it.ratio ?? '–']),
  };
  return (
    <Picture
      title={say('picture.resources')}
      answer={say('picture.resourcesAnswer', { resource: sayAny(`resource.${plan.bindingResource}`) })}
      table={table}
    >
      <div className="bars">
        {plan.resources.map((it) => {
          const ratio = it.ratio ?? 0;
          const scale = Math.max(1.25, ratio * 1.05);
          return (
            <div key={it.name} className="bar-row">
              <span>{sayAny(`resource.${it.name}`)}</span>
              <span className="lane bullet-lane" role="img" aria-label={`${it.name} ${significant(ratio)}`}>
                <i className="back" style={{ left: 0, width: `${100 / scale}%` }} />
                <i
                  className="front"
                  style={{
                    left: 0,
                    width: `${(ratio / scale) * 100}%`,
                    background:
                      ratio > 1 && it.name !== 'cpu'
                        ? 'var(--failed)'
                        : it.name === plan.bindingResource
                          ? 'var(--accent)'
                          : 'var(--thread-4)',
                  }}
                />
                <b style={{ left: `calc(${100 / scale}% - 1px)` }} />
              </span>
              <b>{it.ratio === null ? '–' : `${ratio.toFixed(2)}:1`}</b>
              <span className="quiet tiny bar-note">
                {it.usable === null
                  ? say('plan.unknown')
                  : say('plan.promisedOf', {
                      promised: significant(it.promised),
                      usable: significant(it.usable),
                      unit: it.unit,
                      own: significant(it.own),
                    })}
              </span>
            </div>
          );
        })}
      </div>
    </Picture>
  );
}

export function Tornado({ plan, pictures }: { plan: PlanView; pictures: PlanPictures }): ReactNode {
  const [of, setOf] = useState<'price' | 'slowdown'>('price');
  const base = of === 'price' ? plan.pricePerVmHour : plan.contention.slowdown;
  const shown = (value: number): string => (of === 'price' ? money(value, plan.currency) : `${value.toFixed(2)}×`);
  const bars = pictures.bars[of].filter((it) => it.swing > 0).slice(0, 8);
  const reach = Math.max(
    1e-9,
    ...bars.flatMap((it) => [Math.abs((it.low.outcome ?? base) - base), Math.abs((it.high.outcome ?? base) - base)]),
  );
  const place = (value: number | null): number => 50 + (((value ?? base) - base) / reach) * 48;
  const table = {
    head: [say('plan.input'), say('plan.low'), say('plan.lowOutcome'), say('plan.high'), say('plan.highOutcome')],
    rows: pictures.bars[of].map((it) => [it.title, it.low.value, it.low.outcome ?? '–', it.high.value, it.high.outcome ?? '–']),
  };
  return (
    <Picture
      title={say('picture.tornado')}
      answer={say(of === 'price' ? 'picture.tornadoAnswer' : 'picture.tornadoSlowdown', { price: shown(base) })}
      table={table}
    >
      <ToggleButtonGroup
        exclusive
        size="small"
        value={of}
        onChange={(_event, next: typeof of | null) => next !== null && setOf(next)}
        aria-label={say('picture.tornado')}
      >
        <ToggleButton value="price">{say('picture.ofPrice')}</ToggleButton>
        <ToggleButton value="slowdown">{say('picture.ofSlowdown')}</ToggleButton>
      </ToggleButtonGroup>
      <div className="bars tornado">
        {bars.map((it) => {
          const [low, high] = [place(it.low.outcome), place(it.high.outcome)];
          return (
            <div key={it.path} className="bar-row">
              <span className="cut" title={it.title}>
                {it.title}
              </span>
              <span className="lane bare">
                <i
                  style={{
                    left: `${Math.min(low, 50)}%`,
                    width: `${Math.abs(50 - low)}%`,
                    background: 'var(--thread-2)',
                    ...(low > 50 ? { left: '50%' } : {}),
                  }}
                />
                <i
                  style={{
                    left: `${Math.min(high, 50)}%`,
                    width: `${Math.abs(50 - high)}%`,
                    background: 'var(--thread-3)',
                    ...(high > 50 ? { left: '50%' } : {}),
                  }}
                />
                <b style={{ left: '50%' }} />
              </span>
              <b className="small">{`${significant(it.low.value)} … ${significant(it.high.value)}`}</b>
            </div>
          );
        })}
        <div className="legend">
          <span>
            <i style={{ background: 'var(--thread-2)' }} />
            {say('plan.less')}
          </span>
          <span>
            <i style={{ background: 'var(--thread-3)' }} />
            {say('plan.more')}
          </span>
          <span className="quiet">{say('plan.reach', { share: percent((reach / base) * 100) })}</span>
        </div>
      </div>
    </Picture>
  );
}
