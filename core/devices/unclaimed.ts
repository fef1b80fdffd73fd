/** Counts accesses that nobody answers, by address; a guest that tries every address fills a table of fixed size and no more. */

/** Addresses that are told apart; accesses to others are not counted. */
const MOST = 4096;

export class Unclaimed implements Iterable<[address: number, count: number]> {
  private readonly counts = new Map<number, number>();

  note(address: number): void {
    const count = this.counts.get(address) ?? 0;
    if (count > 0 || this.counts.size < MOST) this.counts.set(address, count + 1);
  }

  [Symbol.iterator](): IterableIterator<[address: number, count: number]> {
    return this.counts.entries();
  }
}
