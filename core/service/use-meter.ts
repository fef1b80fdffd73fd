/** What each machine draws, gathered from the readings of every second: a mean for the bill, told now and then. */
import { gaugeIndex, type Readings } from '../contract/gauges.ts';
import { instanceOf } from '../contract/shapes.ts';
import type { Use } from '../contract/spend.ts';

/** Milliseconds: the bill need not be newer, and the idle computer is left alone. */
const TELL_EVERY = 15_000;

export class UseMeter {
  private count = 0;
  private readonly sums = new Map<string, { cpu: number; memory: number }>();

  constructor(
    private readonly instance: string,
    /** Since when readings are taken. */
    private from: number,
  ) {}

  /** @returns what was drawn since it was last told, if that is long enough ago */
  take({ at, rows }: Readings): Use | undefined {
    this.count += 1;
    for (const { unit, values } of rows) {
      if (unit === instanceOf(unit)) continue;
      const sum = this.sums.get(unit) ?? { cpu: 0, memory: 0 };
      sum.cpu += values[gaugeIndex.hostCpu] ?? 0;
      sum.memory += values[gaugeIndex.memory] ?? 0;
      this.sums.set(unit, sum);
    }
    if (at - this.from < TELL_EVERY) return undefined;
    const machines = [...this.sums].map(([machine, { cpu, memory }]) => ({
      machine,
      cpu: cpu / this.count,
      memoryMib: memory / this.count,
    }));
    const told = { instance: this.instance, from: this.from, to: at, machines };
    this.sums.clear();
    this.from = at;
    this.count = 0;
    return told;
  }
}
