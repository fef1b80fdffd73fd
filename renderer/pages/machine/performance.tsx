/** Performance over a chosen range; every chart over the same time. */
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { type ReactNode, useState } from 'react';
import type { GaugeName } from '../../../core/contract/gauges.ts';
import { useRead } from '../../desk/queries.ts';
import { byteRate, memory, percent } from '../../parts/format.ts';
import { TimeChart } from '../../parts/time-chart.tsx';
import { say, type Words } from '../../words/say.ts';
import '../../parts/chart.css';

const RANGES = [
  { seconds: 60, words: 'range.minute' },
  { seconds: 600, words: 'range.tenMinutes' },
  { seconds: 3600, words: 'range.hour' },
  { seconds: 86_400, words: 'range.day' },
  { seconds: 604_800, words: 'range.week' },
] as const;

interface ChartRow {
  readonly gauge: GaugeName;
  readonly words: Words;
  readonly tone: string;
  readonly max?: number;
  text(value: number): string;
}

const perSecond = (value: number): string => Math.round(value).toLocaleString('en');
const CHARTS: readonly ChartRow[] = [
  { gauge: 'cpu', words: 'column.cpu', tone: 'var(--thread-0)', max: 100, text: percent },
  { gauge: 'steal', words: 'column.steal', tone: 'var(--thread-3)', text: percent },
  { gauge: 'memory', words: 'column.memory', tone: 'var(--thread-5)', text: memory },
  { gauge: 'sharedMemory', words: 'gauge.shared', tone: 'var(--thread-7)', text: memory },
  { gauge: 'diskRead', words: 'gauge.diskRead', tone: 'var(--thread-1)', text: byteRate },
  { gauge: 'diskWrite', words: 'gauge.diskWrite', tone: 'var(--thread-1)', text: byteRate },
  { gauge: 'netIn', words: 'gauge.netIn', tone: 'var(--thread-2)', text: byteRate },
  { gauge: 'netOut', words: 'gauge.netOut', tone: 'var(--thread-2)', text: byteRate },
  { gauge: 'exits', words: 'column.exits', tone: 'var(--thread-6)', text: perSecond },
  { gauge: 'hypercalls', words: 'gauge.hypercalls', tone: 'var(--thread-6)', text: perSecond },
];

export function PerformanceView({ unit, memoryMib }: { unit: string; memoryMib: number }): ReactNode {
  const [seconds, setSeconds] = useState(600);
  return (
    <div className="stack">
      <ToggleButtonGroup
        exclusive
        value={seconds}
        onChange={(_event, next: number | null) => next !== null && setSeconds(next)}
        aria-label={say('range.title')}
      >
        {RANGES.map((range) => (
          <ToggleButton key={range.seconds} value={range.seconds}>
            {say(range.words)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <div className="grid two">
        {CHARTS.map((row) => (
          <Chart key={row.gauge} unit={unit} row={row.gauge === 'memory' ? { ...row, max: memoryMib } : row} seconds={seconds} />
        ))}
      </div>
    </div>
  );
}

function Chart({ unit, row, seconds }: { unit: string; row: ChartRow; seconds: number }): ReactNode {
  const { value } = useRead('metrics.history', { unit, gauge: row.gauge, seconds }, [], seconds > 3600 ? 30_000 : 2000);
  return (
    <TimeChart
      title={say(row.words)}
      history={value}
      tone={row.tone}
      text={row.text}
      {...(row.max === undefined ? {} : { max: row.max })}
    />
  );
}
