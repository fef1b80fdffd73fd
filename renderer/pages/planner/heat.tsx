/** Two heat maps: contention by ratio and count, and who wants CPU at which hour. */
import type { ReactNode } from 'react';
import type { PlanPictures } from '../../../core/contract/plan.ts';
import { percent, significant } from '../../parts/format.ts';
import { Picture } from '../../parts/picture.tsx';
import { say } from '../../words/say.ts';

/** Below 1 all demand is served; above, the colour warms. */
function tone(value: number): string {
  if (value <= 1) return `color-mix(in oklab, var(--thread-2) ${Math.round(12 + value * 60)}%, var(--surface))`;
  const warm = Math.min(1, Math.log2(value) / 3);
  return `color-mix(in oklab, var(--thread-3) ${Math.round(30 + warm * 70)}%, var(--thread-1))`;
}

const CELL = 44;
const ROW = 24;

export function ContentionMap({ pictures, ratio, count }: { pictures: PlanPictures; ratio: number; count: number }): ReactNode {
  const { heat } = pictures;
  const ratios = [...new Set(heat.map((it) => it.ratio))].sort((a, b) => b - a);
  const counts = [...new Set(heat.map((it) => it.count))].sort((a, b) => a - b);
  const nearest = (list: readonly number[], wanted: number): number =>
    list.reduce((best, it) => (Math.abs(Math.log(it / wanted)) < Math.abs(Math.log(best / wanted)) ? it : best), list[0] ?? 1);
  const here = { ratio: nearest(ratios, Math.max(0.1, ratio)), count: nearest(counts, count) };
  const left = 48;
  const width = left + counts.length * CELL + 4;
  const height = ratios.length * ROW + 40;
  const table = {
    head: [say('plan.ratio'), say('cut.count'), say('plan.cpuP95'), say('plan.slowdown')],
    rows: heat.map((it) => [it.ratio, it.count, it.cpuP95, it.slowdown]),
  };
  return (
    <Picture title={say('picture.heat')} answer={say('picture.heatAnswer')} table={table}>
      <svg viewBox={`0 0 ${width} ${height}`} className="plot" role="img" aria-label={say('picture.heat')}>
        {heat.map((cell) => {
          const x = left + counts.indexOf(cell.count) * CELL;
          const y = ratios.indexOf(cell.ratio) * ROW;
          const on = cell.ratio === here.ratio && cell.count === here.count;
          return (
            <g key={`${cell.ratio} ${cell.count}`}>
              <rect
                x={x + 1}
                y={y + 1}
                width={CELL - 2}
                height={ROW - 2}
                rx="3"
                fill={tone(cell.cpuP95)}
                stroke={on ? 'var(--ink)' : 'none'}
                strokeWidth="2"
              />
              <text x={x + CELL / 2} y={y + ROW / 2 + 4} textAnchor="middle" className={cell.cpuP95 > 1 ? 'cell hot' : 'cell'}>
                {cell.cpuP95.toFixed(cell.cpuP95 < 10 ? 1 : 0)}
              </text>
              <title>
                {say('picture.heatCell', {
                  ratio: significant(cell.ratio),
                  count: cell.count,
                  p95: cell.cpuP95.toFixed(2),
                  slowdown: cell.slowdown.toFixed(2),
                })}
              </title>
            </g>
          );
        })}
        {ratios.map((it, index) => (
          <text key={it} x={left - 8} y={index * ROW + ROW / 2 + 4} textAnchor="end">
            {significant(it)}:1
          </text>
        ))}
        {counts.map((it, index) => (
          <text key={it} x={left + index * CELL + CELL / 2} y={ratios.length * ROW + 15} textAnchor="middle">
            {it}
          </text>
        ))}
        <text x={left + (counts.length * CELL) / 2} y={height - 4} textAnchor="middle" className="axis">
          {say('cut.count')}
        </text>
      </svg>
    </Picture>
  );
}

export function HourMap({ pictures }: { pictures: PlanPictures }): ReactNode {
  const guests = [...new Set(pictures.hours.map((it) => it.guest))];
  const table = {
    head: [say('word.machine'), say('plan.hour'), say('plan.threads'), say('plan.share')],
    rows: pictures.hours.map((it) => [it.guest, it.hour, it.threads, it.share]),
  };
  const width = 450;
  const left = 66;
  const cell = (width - left) / 24;
  return (
    <Picture title={say('picture.hours')} answer={say('picture.hoursAnswer')} table={table}>
      <svg viewBox={`0 0 ${width} ${guests.length * 34 + 26}`} className="plot" role="img" aria-label={say('picture.hours')}>
        {pictures.hours.map((it) => (
          <g key={`${it.guest} ${it.hour}`}>
            <rect
              x={left + it.hour * cell + 1}
              y={guests.indexOf(it.guest) * 34 + 1}
              width={cell - 2}
              height={32}
              rx="3"
              fill={tone(it.share)}
            />
            <title>{`${it.guest} ${it.hour}:00 ${percent(it.share * 100)}`}</title>
          </g>
        ))}
        {guests.map((it, index) => (
          <text key={it} x={left - 8} y={index * 34 + 21} textAnchor="end">
            {it}
          </text>
        ))}
        {[0, 6, 12, 18, 23].map((hour) => (
          <text
            key={hour}
            x={hour === 23 ? width : left + hour * cell + cell / 2}
            y={guests.length * 34 + 18}
            textAnchor={hour === 23 ? 'end' : 'middle'}
          >
            {hour}:00
          </text>
        ))}
      </svg>
    </Picture>
  );
}
