/** One gauge over time: the mean as a line, low to high as a band, the newest value in words; or as a table. */
import { type ReactNode, useMemo } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { History } from '../../core/contract/gauges.ts';
import { say } from '../words/say.ts';
import { clock, dayClock } from './format.ts';
import { Picture } from './picture.tsx';

export interface TimeChartProps {
  readonly title: string;
  readonly history: History | undefined;
  readonly tone: string;
  /** Fixed top of the scale; otherwise it follows the data. */
  readonly max?: number;
  text(value: number): string;
}

const MOST = 300;
/** Marks of a scale whose top is known. */
const QUARTERS = [0, 0.25, 0.5, 0.75, 1] as const;

interface Point {
  readonly at: number;
  readonly mean: number;
  readonly band: readonly [number, number];
}

/** At most MOST points; of each bundle the mean, the lowest and the highest. */
export function reduced(history: History): Point[] {
  const bundle = Math.max(1, Math.ceil(history.mean.length / MOST));
  const points: Point[] = [];
  for (let from = 0; from < history.mean.length; from += bundle) {
    const mean = history.mean.slice(from, from + bundle);
    const low = Math.min(...history.low.slice(from, from + bundle));
    const high = Math.max(...history.high.slice(from, from + bundle));
    points.push({
      at: history.from + from * history.step,
      mean: mean.reduce((sum, it) => sum + it, 0) / mean.length,
      band: [low, high],
    });
  }
  return points;
}

export function TimeChart({ title, history, tone, max, text }: TimeChartProps): ReactNode {
  const points = useMemo(() => (history === undefined ? [] : reduced(history)), [history]);
  const newest = points.at(-1);
  const data = points.map(({ at, mean, band }) => [new Date(at).toISOString(), mean, band[0], band[1]]);
  const rows = points.map(({ at, mean, band }) => [dayClock(at), text(mean), text(band[0]), text(band[1])]);
  return (
    <Picture
      title={title}
      answer={<b className="chart-now">{newest === undefined ? '–' : text(newest.mean)}</b>}
      table={{ head: [say('chart.at'), say('chart.mean'), say('chart.lowest'), say('chart.highest')], rows, data }}
    >
      <div className="chart">
        <ResponsiveContainer width="100%" height="100%">
          <ComposedChart data={points} margin={{ top: 8, right: 4, bottom: 0, left: 0 }}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="at"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickFormatter={(at: number) => clock(at).slice(0, points.length > 0 && (history?.step ?? 0) < 60_000 ? 8 : 5)}
              stroke="var(--line-strong)"
              tick={{ fill: 'var(--ink-3)' }}
              minTickGap={60}
              tickLine={false}
              height={22}
            />
            <YAxis
              domain={[0, max ?? 'auto']}
              tickFormatter={text}
              stroke="transparent"
              tick={{ fill: 'var(--ink-3)' }}
              width={66}
              {...(max === undefined ? { tickCount: 4 } : { ticks: QUARTERS.map((part) => part * max) })}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--line-strong)' }}
              content={({ active, payload }) => {
                const point = active === true ? (payload?.[0]?.payload as Point | undefined) : undefined;
                return point === undefined ? null : (
                  <div className="chart-tip">
                    <span>{clock(point.at)}</span>
                    <b>{text(point.mean)}</b>
                    {point.band[1] > point.band[0] && (
                      <span>
                        {text(point.band[0])} – {text(point.band[1])}
                      </span>
                    )}
                  </div>
                );
              }}
            />
            <Area dataKey="band" stroke="none" fill={tone} fillOpacity={0.18} isAnimationActive={false} />
            <Line dataKey="mean" stroke={tone} strokeWidth={1.6} dot={false} isAnimationActive={false} />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </Picture>
  );
}
