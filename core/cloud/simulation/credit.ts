/**
 * Xen's credit scheduler, simulated in ticks of 10 ms: slices of 30 ms, an accounting every 30 ms that hands out 300 credits
 * for each thread by weight, priority UNDER while a virtual CPU has credits and OVER when it has none, BOOST for one that
 * wakes up, and caps as a budget for each accounting period.
 *
 * What is left out: there is one queue in place of one for each CPU with stealing, so placement costs nothing; a waking
 * virtual CPU waits for the next end of a slice; threads of one core are alike and slow each other down by `pace`.
 */
import { random } from '../../base/random.ts';
import type { Hour, Load } from '../model/load.ts';
import { pace, type Supply } from '../model/supply.ts';
import { IntQueue } from './containers.ts';
import { Machines } from './machines.ts';

const TICK = 0.01;
const TICKS_PER_SLICE = 3;
const CREDITS_PER_SECOND = 10_000;
const CREDITS_PER_PERIOD = 300;
const PERIOD = TICK * TICKS_PER_SLICE;

/** What a virtual CPU is doing. A blocked one may still stand in a queue; it is dropped when its turn comes. */
const BLOCKED = 0;
const WAITING = 1;
const RUNNING = 2;
const PARKED = 3;

const [BOOST, UNDER, OVER] = [0, 1, 2];

export class CreditScheduler {
  readonly machines: Machines;
  readonly #supply: Supply;
  readonly #first: Int32Array;
  readonly #owner: Int32Array;
  readonly #state: Uint8Array;
  readonly #queued: Uint8Array;
  readonly #credit: Float64Array;
  /** Thread seconds used by a machine in this accounting period. */
  readonly #used: Float64Array;
  readonly #queues: readonly IntQueue[];
  readonly #running: Int32Array;
  readonly #sliceLeft: Int32Array;
  readonly #parked: number[] = [];
  #ticks = 0;
  #ownDebt = 0;

  constructor(load: Load, hour: Hour, supply: Supply, seed: number) {
    this.#supply = supply;
    this.machines = new Machines(load, hour, supply, random(seed));
    const machines = this.machines.count;
    this.#first = new Int32Array(machines + 1);
    for (let m = 0; m < machines; m += 1) this.#first[m + 1] = (this.#first[m] ?? 0) + this.machines.kind(m).vcpus;
    const vcpus = this.#first[machines] ?? 0;
    this.#owner = new Int32Array(vcpus);
    for (let m = 0; m < machines; m += 1) this.#owner.fill(m, this.#first[m], this.#first[m + 1]);
    this.#state = new Uint8Array(vcpus);
    this.#queued = new Uint8Array(vcpus);
    this.#credit = new Float64Array(vcpus);
    this.#used = new Float64Array(machines);
    this.#queues = [0, 1, 2].map(() => new IntQueue(vcpus));
    this.#running = new Int32Array(Math.max(1, Math.floor(supply.threads))).fill(-1);
    this.#sliceLeft = new Int32Array(this.#running.length);
  }

  /** Virtual seconds since the start. */
  get now(): number {
    return this.#ticks * TICK;
  }

  /** Goes on for `seconds`, or until `work` virtual CPUs have been given a tick; gives the seconds that passed. */
  advance(seconds: number, work = Number.POSITIVE_INFINITY): number {
    const start = this.#ticks;
    const end = start + Math.max(1, Math.round(seconds / TICK));
    for (let done = 0; this.#ticks < end && done < work; ) {
      this.#wake();
      if (this.#ticks % TICKS_PER_SLICE === 0) this.#account();
      done += 1 + this.#tick();
      this.#ticks += 1;
      if (this.#quiet()) this.#ticks = Math.min(end, Math.max(this.#ticks, Math.floor(this.machines.timers.next / TICK + 1e-9)));
    }
    return (this.#ticks - start) * TICK;
  }

  #quiet(): boolean {
    return (
      this.#parked.length === 0 && this.#queues.every((queue) => queue.length === 0) && this.#running.every((vcpu) => vcpu < 0)
    );
  }

  #wake(): void {
    const { timers } = this.machines;
    const now = this.now;
    while (timers.next <= now + 1e-9) {
      const machine = timers.take();
      this.machines.wake(machine, now);
      for (let vcpu = this.#first[machine] ?? 0; vcpu < (this.#first[machine + 1] ?? 0); vcpu += 1) {
        this.#state[vcpu] = WAITING;
        if (this.#queued[vcpu] === 0) this.#enqueue(vcpu, (this.#credit[vcpu] ?? 0) >= 0 ? BOOST : OVER);
      }
    }
  }

  #enqueue(vcpu: number, priority: number): void {
    this.#state[vcpu] = WAITING;
    this.#queued[vcpu] = 1;
    this.#queues[priority]?.push(vcpu);
  }

  #pick(): number {
    for (const queue of this.#queues) {
      for (let vcpu = queue.shift(); vcpu >= 0; vcpu = queue.shift()) {
        this.#queued[vcpu] = 0;
        if (this.#state[vcpu] !== WAITING) continue;
        if (this.#budget(this.#owner[vcpu] ?? 0) > 1e-9) return vcpu;
        this.#state[vcpu] = PARKED;
        this.#parked.push(vcpu);
      }
    }
    return -1;
  }

  /** Thread seconds that the cap leaves to a machine until the next accounting. */
  #budget(machine: number): number {
    const { of, vcpus } = this.machines.kind(machine);
    return of.capThreads >= vcpus ? Number.POSITIVE_INFINITY : of.capThreads * PERIOD - (this.#used[machine] ?? 0);
  }

  /** Fills the threads and runs them for one tick; gives how many ran. */
  #tick(): number {
    this.#ownDebt += this.#supply.own;
    const own = Math.min(Math.floor(this.#ownDebt), this.#running.length);
    this.#ownDebt -= own;
    let busy = 0;
    for (let cpu = 0; cpu < this.#running.length; cpu += 1) {
      const vcpu = this.#running[cpu] ?? -1;
      const taken = cpu < own;
      if (vcpu >= 0 && !taken && this.#state[vcpu] === RUNNING && (this.#sliceLeft[cpu] ?? 0) > 0) {
        busy += 1;
        continue;
      }
      if (vcpu >= 0 && this.#state[vcpu] === RUNNING) this.#enqueue(vcpu, (this.#credit[vcpu] ?? 0) >= 0 ? UNDER : OVER);
      const next = taken ? -1 : this.#pick();
      this.#running[cpu] = next;
      this.#sliceLeft[cpu] = TICKS_PER_SLICE;
      if (next >= 0) {
        this.#state[next] = RUNNING;
        busy += 1;
      }
    }
    const speed = 1 / pace(this.#supply, busy);
    for (let cpu = 0; cpu < this.#running.length; cpu += 1) if ((this.#running[cpu] ?? -1) >= 0) this.#run(cpu, speed);
    return busy;
  }

  /** One thread for one tick: whoever is on it, then whoever is next when that one blocks or is parked. */
  #run(cpu: number, speed: number): void {
    let left = TICK;
    while (left > 1e-9) {
      const vcpu = this.#running[cpu] ?? -1;
      if (vcpu < 0) return;
      const machine = this.#owner[vcpu] ?? 0;
      if (this.#state[vcpu] === RUNNING) left -= this.#use(vcpu, machine, { left, speed });
      if (this.#state[vcpu] === RUNNING && left <= 1e-9) {
        this.#sliceLeft[cpu] = (this.#sliceLeft[cpu] ?? 0) - 1;
        return;
      }
      const next = this.#pick();
      this.#running[cpu] = next;
      this.#sliceLeft[cpu] = TICKS_PER_SLICE;
      if (next >= 0) this.#state[next] = RUNNING;
    }
  }

  #use(vcpu: number, machine: number, { left, speed }: { left: number; speed: number }): number {
    const pool = this.machines.pool[machine] ?? 0;
    const time = Math.min(left, pool / speed, this.#budget(machine));
    this.machines.pool[machine] = pool - time * speed;
    this.#used[machine] = (this.#used[machine] ?? 0) + time;
    this.#credit[vcpu] = (this.#credit[vcpu] ?? 0) - time * CREDITS_PER_SECOND;
    if ((this.machines.pool[machine] ?? 0) <= 1e-9) {
      for (let it = this.#first[machine] ?? 0; it < (this.#first[machine + 1] ?? 0); it += 1) this.#state[it] = BLOCKED;
      this.machines.drained(machine, this.now + TICK - left + time);
    } else if (this.#budget(machine) <= 1e-9) {
      this.#state[vcpu] = PARKED;
      this.#parked.push(vcpu);
    }
    return time;
  }

  /** Hands out credits by weight among the machines that ran, none more than it can use; lifts the parking. */
  #account(): void {
    const active: number[] = [];
    for (let m = 0; m < this.#used.length; m += 1) {
      const waiting = (this.machines.pool[m] ?? 0) > 0;
      if (waiting || (this.#used[m] ?? 0) > 0) active.push(m);
      this.#used[m] = 0;
    }
    this.#credits(active);
    for (const vcpu of this.#parked.splice(0))
      if (this.#state[vcpu] === PARKED && this.#queued[vcpu] === 0) this.#enqueue(vcpu, UNDER);
    for (const from of [UNDER, OVER]) this.#resort(from);
  }

  #credits(active: readonly number[]): void {
    let pool = CREDITS_PER_PERIOD * Math.max(this.#supply.threads - this.#supply.own, 0);
    let rest = active;
    for (let round = 0; round < 4 && rest.length > 0; round += 1) {
      const weights = rest.reduce((sum, m) => sum + this.machines.kind(m).of.weight, 0);
      const over: number[] = [];
      const share = pool / weights;
      for (const m of rest) {
        const { of, vcpus } = this.machines.kind(m);
        const peak = CREDITS_PER_PERIOD * Math.min(vcpus, of.capThreads);
        if (share * of.weight < peak && round < 3) {
          over.push(m);
          continue;
        }
        const given = Math.min(peak, share * of.weight);
        this.#give(m, given / vcpus);
        pool -= given;
      }
      if (over.length === rest.length) {
        for (const m of over) this.#give(m, (share * this.machines.kind(m).of.weight) / this.machines.kind(m).vcpus);
        return;
      }
      rest = over;
    }
  }

  #give(machine: number, credits: number): void {
    for (let vcpu = this.#first[machine] ?? 0; vcpu < (this.#first[machine + 1] ?? 0); vcpu += 1) {
      const after = (this.#credit[vcpu] ?? 0) + credits;
      this.#credit[vcpu] = Math.min(Math.max(after, -2 * CREDITS_PER_PERIOD), CREDITS_PER_PERIOD);
    }
  }

  /** Puts those in a queue whose credits now say otherwise into the other. */
  #resort(from: number): void {
    const queue = this.#queues[from];
    for (let left = queue?.length ?? 0; left > 0; left -= 1) {
      const vcpu = queue?.shift() ?? -1;
      this.#queues[(this.#credit[vcpu] ?? 0) >= 0 ? UNDER : OVER]?.push(vcpu);
    }
  }
}
