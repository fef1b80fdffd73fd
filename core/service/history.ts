/** Gauge history: every second for an hour, every minute for a week; bounded memory whatever the number of machines. */
import { GAUGES, type GaugeName, gaugeIndex, type History, type Readings } from '../contract/gauges.ts';

const WIDTH = GAUGES.length;
const TIERS = [
  { step: 1000, points: 900 },
  { step: 60_000, points: 10_080 },
] as const;

/** Rows of one unit at one step: mean, low and high of each gauge. */
class Tier {
  private readonly slots: (Float32Array | undefined)[] = [];
  private readonly times: number[] = [];
  private head = 0;

  constructor(
    readonly step: number,
    private readonly points: number,
  ) {}

  add(at: number, values: readonly number[]): void {
    const slot = Math.floor(at / this.step) * this.step;
    const last = this.times.length === 0 ? -1 : (this.head + this.points - 1) % this.points;
    if (last >= 0 && this.times[last] === slot) {
      merge(this.slots[last], values);
      return;
    }
    const row = new Float32Array(WIDTH * 4);
    merge(row, values);
    this.slots[this.head] = row;
    this.times[this.head] = slot;
    this.head = (this.head + 1) % this.points;
  }

  read(gauge: number, from: number, to: number): History {
    const history: History = { from, step: this.step, mean: [], low: [], high: [] };
    const known = new Map<number, Float32Array>();
    for (const [index, at] of this.times.entries()) {
      const row = this.slots[index];
      if (row !== undefined && at >= from && at <= to) known.set(at, row);
    }
    if (known.size === 0) return history;
    // The slot of this very moment may not have been measured yet.
    const [first, last] = [Math.min(...known.keys()), Math.max(...known.keys())];
    history.from = first;
    for (let at = first; at <= last; at += this.step) {
      const row = known.get(at);
      const samples = row?.[WIDTH * 3 + gauge] ?? 0;
      history.mean.push(row === undefined || samples === 0 ? 0 : (row[gauge] ?? 0) / samples);
      history.low.push(row?.[WIDTH + gauge] ?? 0);
      history.high.push(row?.[WIDTH * 2 + gauge] ?? 0);
    }
    return history;
  }
}

function merge(row: Float32Array | undefined, values: readonly number[]): void {
  if (row === undefined) return;
  for (let gauge = 0; gauge < WIDTH; gauge++) {
    const value = values[gauge] ?? 0;
    const samples = row[WIDTH * 3 + gauge] ?? 0;
    row[gauge] = (row[gauge] ?? 0) + value;
    row[WIDTH + gauge] = samples === 0 ? value : Math.min(row[WIDTH + gauge] ?? value, value);
    row[WIDTH * 2 + gauge] = samples === 0 ? value : Math.max(row[WIDTH * 2 + gauge] ?? value, value);
    row[WIDTH * 3 + gauge] = samples + 1;
  }
}

export class GaugeHistory {
  private readonly units = new Map<string, Tier[]>();
  /** The newest sample as a whole. */
  latest: Readings | undefined;

  take(readings: Readings): void {
    this.latest = readings;
    for (const row of readings.rows) this.add(readings.at, row.unit, row.values);
  }

  add(at: number, unit: string, values: readonly number[]): void {
    let tiers = this.units.get(unit);
    if (tiers === undefined) {
      tiers = TIERS.map(({ step, points }) => new Tier(step, points));
      this.units.set(unit, tiers);
    }
    for (const tier of tiers) tier.add(at, values);
  }

  forget(unit: string): void {
    this.units.delete(unit);
  }

  read(unit: string, gauge: GaugeName, seconds: number, now: number): History {
    const tiers = this.units.get(unit);
    const tier = tiers?.find((it, index) => seconds * 1000 <= it.step * (TIERS[index]?.points ?? 0)) ?? tiers?.at(-1);
    if (tier === undefined) return { from: now, step: 1000, mean: [], low: [], high: [] };
    const to = Math.floor(now / tier.step) * tier.step;
    return tier.read(gaugeIndex[gauge], to - seconds * 1000, to);
  }
}
