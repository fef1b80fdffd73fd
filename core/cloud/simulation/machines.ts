/** The machines of the scheduler simulation: when each wants to run, how much, and how long its bursts took. */
import { invariant } from '../../base/bug.ts';
import type { Random } from '../../base/random.ts';
import type { Hour, Load, LoadClass } from '../model/load.ts';
import { runnerOf } from '../model/slowdown.ts';
import { deliveredToGuests, type Supply } from '../model/supply.ts';
import { TimerHeap } from './containers.ts';
import { exponential, SlowdownTally } from './tally.ts';

/** A machine that wants a part of a thread runs for that part of such a cycle, then sleeps; both are exponential, so that machines do not fall into step. */
const CYCLE_SECONDS = 0.3;

interface Kind {
  readonly of: LoadClass;
  readonly vcpus: number;
  readonly duty: number;
  /** Work per second of a busy spell, and between, in full-speed thread seconds. */
  readonly busyRate: number;
  readonly idleRate: number;
  /** Sleep in each cycle, busy and idle. */
  readonly busySleep: number;
  readonly idleSleep: number;
  readonly thinkSeconds: number;
}

function kindOf(it: LoadClass, duty: number, supply: Supply): Kind {
  const { threads, busyPart, idlePart } = runnerOf(it);
  const speed = deliveredToGuests(supply, threads);
  const thinkSeconds = duty >= 1 || duty <= 0 ? 0 : (it.burstSeconds * (1 - duty)) / duty;
  const [busySleep, idleSleep] = [CYCLE_SECONDS * (1 - busyPart), CYCLE_SECONDS * (1 - idlePart)];
  return {
    of: it,
    vcpus: it.vcpus,
    duty,
    busyRate: busyPart * speed,
    idleRate: idlePart * speed,
    busySleep,
    idleSleep,
    thinkSeconds,
  };
}

/** Machines as parallel arrays; `pool` is the work at hand, zero while asleep. */
export class Machines {
  readonly kinds: readonly Kind[];
  readonly kindOf: Int32Array;
  readonly pool: Float64Array;
  readonly timers: TimerHeap;
  readonly tallies: readonly SlowdownTally[];
  /** Bursts that began before this moment are not counted: the start is not typical. */
  recordFrom = 0;
  readonly #chance: Random;
  /** Work of the burst that is still to be handed to `pool`. */
  readonly #later: Float64Array;
  readonly #busySince: Float64Array;
  readonly #aloneSeconds: Float64Array;
  readonly #idleUntil: Float64Array;
  readonly #busy: Uint8Array;
  /** First machine of the block a machine belongs to, or -1; and how many of that block are still busy. */
  readonly #leader: Int32Array;
  readonly #blockBusy: Int32Array;

  constructor(load: Load, hour: Hour, supply: Supply, chance: Random) {
    this.#chance = chance;
    this.kinds = load.classes.map((it, index) => kindOf(it, hour.duty[index] ?? 0, supply));
    this.tallies = this.kinds.map(() => new SlowdownTally());
    const count = this.kinds.reduce((sum, kind) => sum + kind.of.count, 0);
    this.kindOf = new Int32Array(count);
    this.pool = new Float64Array(count);
    this.timers = new TimerHeap(count);
    this.#later = new Float64Array(count);
    this.#busySince = new Float64Array(count);
    this.#aloneSeconds = new Float64Array(count);
    this.#idleUntil = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.#busy = new Uint8Array(count);
    this.#leader = new Int32Array(count).fill(-1);
    this.#blockBusy = new Int32Array(count);
    this.#place();
  }

  get count(): number {
    return this.pool.length;
  }

  kind(machine: number): Kind {
    const kind = this.kinds[this.kindOf[machine] ?? 0];
    invariant(kind !== undefined, 'every machine has a kind');
    return kind;
  }

  /** Every machine gets its first timer: idle for the rest of a spell, or about to begin a burst. */
  #place(): void {
    let machine = 0;
    this.kinds.forEach((kind, index) => {
      const first = machine;
      for (let k = 0; k < kind.of.count; k += 1, machine += 1) {
        this.kindOf[machine] = index;
        if (k < kind.of.block) this.#leader[machine] = first;
        if (kind.duty <= 0) {
          if (kind.idleRate > 0) this.timers.set(machine, this.#chance.unit() * CYCLE_SECONDS);
          continue;
        }
        const inBlock = k < kind.of.block;
        const begin =
          inBlock && k > 0
            ? (this.#idleUntil[first] ?? 0)
            : this.#chance.chance(kind.duty)
              ? this.#chance.unit() * 0.03
              : exponential(this.#chance, kind.thinkSeconds);
        this.#idleUntil[machine] = begin;
        this.timers.set(machine, kind.idleRate > 0 ? Math.min(begin, this.#chance.unit() * CYCLE_SECONDS) : begin);
      }
    });
  }

  /** The timer of `machine` has come: fills its pool. */
  wake(machine: number, now: number): void {
    const kind = this.kind(machine);
    if (this.#busy[machine] === 0) {
      if (now >= (this.#idleUntil[machine] ?? 0)) this.#begin(machine, now);
      else this.pool[machine] = exponential(this.#chance, kind.idleRate * CYCLE_SECONDS);
      return;
    }
    this.#hand(machine);
  }

  #begin(machine: number, now: number): void {
    const kind = this.kind(machine);
    const leader = this.#leader[machine] ?? -1;
    const seconds =
      leader >= 0 && leader !== machine && this.#busy[leader] === 1
        ? (this.#aloneSeconds[leader] ?? 0)
        : exponential(this.#chance, kind.of.burstSeconds);
    if (leader >= 0) this.#blockBusy[leader] = (this.#blockBusy[leader] ?? 0) + 1;
    this.#busy[machine] = 1;
    this.#busySince[machine] = now;
    this.#aloneSeconds[machine] = Math.max(seconds, 1e-6);
    this.#later[machine] = kind.busyRate * Math.max(seconds, 1e-6);
    this.#hand(machine);
  }

  /** All of a burst at once, or a cycle's worth if the machine sleeps in between. */
  #hand(machine: number): void {
    const kind = this.kind(machine);
    const later = this.#later[machine] ?? 0;
    const now = kind.busySleep > 0 ? Math.min(later, exponential(this.#chance, kind.busyRate * CYCLE_SECONDS)) : later;
    this.pool[machine] = now;
    this.#later[machine] = later - now;
  }

  /** The pool of `machine` is empty: the cycle, or the burst, has ended at `now`. */
  drained(machine: number, now: number): void {
    const kind = this.kind(machine);
    this.pool[machine] = 0;
    if (this.#busy[machine] === 0) {
      this.timers.set(
        machine,
        Math.max(now, Math.min(now + exponential(this.#chance, kind.idleSleep), this.#idleUntil[machine] ?? now)),
      );
    } else if ((this.#later[machine] ?? 0) > 1e-12) {
      this.timers.set(machine, now + exponential(this.#chance, kind.busySleep));
    } else {
      this.#finish(machine, now);
    }
  }

  #finish(machine: number, now: number): void {
    const kind = this.kind(machine);
    const since = this.#busySince[machine] ?? 0;
    const alone = this.#aloneSeconds[machine] ?? 1;
    // The last cycle's sleep belongs to the burst: alone it would have had it, too.
    const last = kind.busySleep > 0 ? Math.min(exponential(this.#chance, kind.busySleep), alone) : 0;
    if (since >= this.recordFrom) this.tallies[this.kindOf[machine] ?? 0]?.add(now + last - since, alone);
    this.#busy[machine] = 0;
    const leader = this.#leader[machine] ?? -1;
    if (leader < 0) {
      this.#rest(machine, now, now + exponential(this.#chance, kind.thinkSeconds));
      return;
    }
    this.#blockBusy[leader] = (this.#blockBusy[leader] ?? 1) - 1;
    this.#idleUntil[machine] = Number.POSITIVE_INFINITY;
    if ((this.#blockBusy[leader] ?? 0) > 0) return;
    const begin = now + exponential(this.#chance, kind.thinkSeconds);
    for (let other = leader; other < leader + kind.of.block; other += 1) this.#rest(other, now, begin);
  }

  #rest(machine: number, now: number, begin: number): void {
    const kind = this.kind(machine);
    this.#idleUntil[machine] = begin;
    this.timers.set(machine, kind.idleRate > 0 ? Math.min(begin, now + exponential(this.#chance, kind.idleSleep)) : begin);
  }
}
