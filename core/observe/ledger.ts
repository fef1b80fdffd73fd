/** Counts of what happened, by layer and cause, with the cycles charged for it. */

export interface Entry {
  count: number;
  cycles: number;
}

/** Counts only; whoever charges a CPU does that itself. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** Adds one happening of `cause`, for which `cycles` were charged. */
  count(cause: string, cycles = 0): void {
    const entry = this.#entries.get(cause);
    if (entry === undefined) this.#entries.set(cause, { count: 1, cycles });
    else {
      entry.count += 1;
      entry.cycles += cycles;
    }
  }

  of(cause: string): Readonly<Entry> {
    return this.#entries.get(cause) ?? { count: 0, cycles: 0 };
  }

  /** All entries by cause, in the order of their first happening. */
  entries(): Record<string, Readonly<Entry>> {
    return Object.fromEntries([...this.#entries].map(([cause, entry]) => [cause, { ...entry }]));
  }

  get total(): Entry {
    const sum = { count: 0, cycles: 0 };
    for (const entry of this.#entries.values()) {
      sum.count += entry.count;
      sum.cycles += entry.cycles;
    }
    return sum;
  }
}
