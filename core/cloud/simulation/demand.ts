/**
 * The offered demand as a process: machines become busy and idle at random, nobody waits for anybody. Gives what the
 * distributions give, by another way, and the lengths of memory overloads.
 *
 * Busy and idle spells are exponential, so the number of busy machines of a class is all that has to be known (Gillespie 1977).
 */
import { type Random, random } from '../../base/random.ts';
import type { Hour, Load } from '../model/load.ts';
import { TRANSIENT_SECONDS } from '../model/memory.ts';
import { wantsMemory, wantsThreads } from '../model/offered.ts';
import { exponential, Histogram } from './tally.ts';

interface Mover {
  readonly members: number;
  readonly threads: number;
  readonly memoryMb: number;
  readonly duty: number;
  readonly busyRate: number;
  readonly idleRate: number;
  busy: number;
}

export interface DemandTotals {
  readonly seconds: number;
  readonly overloadSeconds: number;
  readonly memoryOverSeconds: number;
  readonly memoryOverloads: number;
  readonly memoryOverloadSeconds: number;
  readonly transient: number;
  readonly threads: Histogram;
}

function moversOf(load: Load, hour: Hour, chance: Random): Mover[] {
  return load.classes.flatMap((it, index) => {
    const duty = hour.duty[index] ?? 0;
    const [threads, memory] = [wantsThreads(it), wantsMemory(it)];
    const make = (members: number, size: number): Mover => {
      let busy = 0;
      for (let k = 0; k < members; k += 1) if (chance.chance(duty)) busy += 1;
      const still = duty <= 0 || duty >= 1;
      return {
        members,
        threads: size * (threads.burst - threads.idle),
        memoryMb: size * (memory.burst - memory.idle),
        duty,
        busyRate: still ? 0 : duty / (it.burstSeconds * (1 - duty)),
        idleRate: still ? 0 : 1 / it.burstSeconds,
        busy: duty >= 1 ? members : busy,
      };
    };
    return it.block === 0 ? [make(it.count, 1)] : [make(it.count - it.block, 1), make(1, it.block)];
  });
}

/** One kind of hour, going on for ever. */
export class DemandProcess {
  readonly #chance: Random;
  readonly #movers: Mover[];
  readonly #limits: { readonly threads: number; readonly memoryMb: number };
  readonly #histogram: Histogram;
  #threads: number;
  #memoryMb: number;
  #seconds = 0;
  #overload = 0;
  #memoryOver = 0;
  /** Start of the memory overload that is on; one that was on from the beginning is not counted as an event. */
  #since: number | null = null;
  #overloads = 0;
  #overloadSeconds = 0;
  #transient = 0;
  #now = 0;

  constructor(load: Load, hour: Hour, limits: { threads: number; memoryMb: number }, seed: number) {
    this.#chance = random(seed);
    this.#limits = limits;
    this.#movers = moversOf(load, hour, this.#chance);
    this.#threads = load.classes.reduce((sum, it) => sum + it.count * wantsThreads(it).idle, 0);
    this.#memoryMb = load.classes.reduce((sum, it) => sum + it.count * wantsMemory(it).idle, 0);
    const low = this.#threads;
    this.#histogram = new Histogram(
      low,
      this.#movers.reduce((sum, it) => sum + it.members * it.threads, low),
    );
    for (const it of this.#movers) {
      this.#threads += it.busy * it.threads;
      this.#memoryMb += it.busy * it.memoryMb;
    }
  }

  get totals(): DemandTotals {
    return {
      seconds: this.#seconds,
      overloadSeconds: this.#overload,
      memoryOverSeconds: this.#memoryOver,
      memoryOverloads: this.#overloads,
      memoryOverloadSeconds: this.#overloadSeconds,
      transient: this.#transient,
      threads: this.#histogram,
    };
  }

  /** Goes on for `seconds`, or until `events` changes have happened; gives the seconds that passed. */
  advance(seconds: number, events = Number.POSITIVE_INFINITY): number {
    const end = this.#now + seconds;
    const start = this.#now;
    for (let count = 0; this.#now < end && count < events; count += 1) {
      const rate = this.#movers.reduce((sum, it) => sum + (it.members - it.busy) * it.busyRate + it.busy * it.idleRate, 0);
      const stay = rate > 0 ? exponential(this.#chance, 1 / rate) : Number.POSITIVE_INFINITY;
      const length = Math.min(stay, end - this.#now);
      this.#stay(length);
      // A spell cut by the end is drawn anew: exponential spells have no memory.
      if (stay <= length) this.#change(rate);
    }
    return this.#now - start;
  }

  #stay(length: number): void {
    this.#now += length;
    this.#seconds += length;
    this.#histogram.add(this.#threads, length);
    if (this.#threads > this.#limits.threads * (1 + 1e-9)) this.#overload += length;
    if (this.#memoryMb > this.#limits.memoryMb * (1 + 1e-9)) this.#memoryOver += length;
  }

  #change(rate: number): void {
    let pick = this.#chance.unit() * rate;
    const over = this.#memoryMb > this.#limits.memoryMb * (1 + 1e-9);
    for (const it of this.#movers) {
      const up = (it.members - it.busy) * it.busyRate;
      const down = it.busy * it.idleRate;
      if (pick < up + down) {
        const step = pick < up ? 1 : -1;
        it.busy += step;
        this.#threads += step * it.threads;
        this.#memoryMb += step * it.memoryMb;
        break;
      }
      pick -= up + down;
    }
    this.#memoryChanged(over, this.#memoryMb > this.#limits.memoryMb * (1 + 1e-9));
  }

  #memoryChanged(before: boolean, after: boolean): void {
    if (!before && after) this.#since = this.#now;
    if (!before || after || this.#since === null) return;
    const length = this.#now - this.#since;
    this.#since = null;
    this.#overloads += 1;
    this.#overloadSeconds += length;
    if (length < TRANSIENT_SECONDS) this.#transient += 1;
  }
}
