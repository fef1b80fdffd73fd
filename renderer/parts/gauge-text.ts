/** A reading with its unit. */
import { GAUGES, type GaugeName, type GaugeUnit, gaugeIndex } from '../../core/contract/gauges.ts';
import { say, type Words } from '../words/say.ts';
import { brief, byteRate, duration, memory, percent } from './format.ts';

const TEXTS: Readonly<Record<GaugeUnit, (value: number) => string>> = {
  percent,
  mebibytes: memory,
  'bytes-per-second': byteRate,
  'per-second': (value) => `${brief(value)}/s`,
};

export const gaugeText = (gauge: GaugeName, value: number): string =>
  TEXTS[GAUGES[gaugeIndex[gauge]]?.unit ?? 'per-second'](value);

/** What people call a gauge. */
export const GAUGE_WORDS: Readonly<Record<GaugeName, Words>> = {
  cpu: 'column.cpu',
  hostCpu: 'column.hostCpu',
  memory: 'column.memory',
  diskRead: 'gauge.diskRead',
  diskWrite: 'gauge.diskWrite',
  netIn: 'gauge.netIn',
  netOut: 'gauge.netOut',
  steal: 'column.steal',
  exits: 'column.exits',
  hypercalls: 'gauge.hypercalls',
  sharedMemory: 'gauge.shared',
};

/** The unit a limit of a gauge is given in. */
export const GAUGE_UNITS: Readonly<Record<GaugeUnit, string>> = {
  percent: '%',
  mebibytes: 'MiB',
  'bytes-per-second': 'B/s',
  'per-second': '/s',
};

/** What fills the sentence of a notice: a gauge and its numbers as people read them, the rest as it came. */
export function noticeValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const gauge = GAUGES.find(({ name }) => name === values.gauge)?.name;
  if (gauge === undefined) return values;
  const text = (value: string | undefined): string => gaugeText(gauge, Number(value ?? 0));
  return {
    ...values,
    gauge: say(GAUGE_WORDS[gauge]),
    value: text(values.value),
    limit: text(values.limit),
    time: duration(Number(values.seconds ?? 0)),
  };
}
