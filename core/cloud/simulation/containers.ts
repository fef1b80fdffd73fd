/** A first-in-first-out queue and a timer heap over preallocated numbers: the simulation makes no garbage. */

export class IntQueue {
  readonly #items: Int32Array;
  #head = 0;
  length = 0;

  /** Never holds more than `capacity` items at once. */
  constructor(capacity: number) {
    this.#items = new Int32Array(Math.max(1, capacity));
  }

  push(item: number): void {
    this.#items[(this.#head + this.length) % this.#items.length] = item;
    this.length += 1;
  }

  /** -1 if empty. */
  shift(): number {
    if (this.length === 0) return -1;
    const item = this.#items[this.#head] ?? -1;
    this.#head = (this.#head + 1) % this.#items.length;
    this.length -= 1;
    return item;
  }
}

/** At most one time for each id below `capacity`; earliest first, the smaller id first among equals. */
export class TimerHeap {
  readonly #times: Float64Array;
  readonly #heap: Int32Array;
  readonly #place: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#heap = new Int32Array(capacity);
    this.#place = new Int32Array(capacity).fill(-1);
  }

  /** Infinity if nothing is due. */
  get next(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[this.#heap[0] ?? 0] ?? 0);
  }

  /** Sets the time of `id`, which has none. */
  set(id: number, time: number): void {
    this.#times[id] = time;
    this.#put(this.#size, id);
    this.#size += 1;
    this.#up(this.#size - 1);
  }

  /** Takes the earliest; only while something is due. */
  take(): number {
    const id = this.#heap[0] ?? 0;
    this.#place[id] = -1;
    this.#size -= 1;
    if (this.#size > 0) {
      this.#put(0, this.#heap[this.#size] ?? 0);
      this.#down(0);
    }
    return id;
  }

  #put(at: number, id: number): void {
    this.#heap[at] = id;
    this.#place[id] = at;
  }

  #before(a: number, b: number): boolean {
    const [x = 0, y = 0] = [this.#times[a], this.#times[b]];
    return x < y || (x === y && a < b);
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const [id = 0, other = 0] = [this.#heap[at], this.#heap[parent]];
      if (!this.#before(id, other)) return;
      this.#put(at, other);
      this.#put(parent, id);
      at = parent;
    }
  }

  #down(from: number): void {
    let at = from;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#size && this.#before(this.#heap[child] ?? 0, this.#heap[least] ?? 0)) least = child;
      }
      if (least === at) return;
      const [id = 0, other = 0] = [this.#heap[at], this.#heap[least]];
      this.#put(at, other);
      this.#put(least, id);
      at = least;
    }
  }
}
