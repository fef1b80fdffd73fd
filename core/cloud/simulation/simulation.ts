/**
 * The simulation of a plan: seeded, going on as long as it is asked to, its answer getting better all the time.
 *
 * Each kind of hour of the day is simulated by itself, as if it lasted for ever, and the results are put together by how much
 * of the day it is; what happens at the change from one hour to the next is left out.
 */
import type { MemoryOverload } from '../model/memory.ts';
import type { Pressure } from '../model/offered.ts';
import { guestThreads } from '../model/supply.ts';
import { memoryLeftMb } from '../plan/contention.ts';
import type { Setting } from '../plan/setting.ts';
import { CreditScheduler } from './credit.ts';
import { DemandProcess } from './demand.ts';
import { Histogram, SlowdownTally } from './tally.ts';

export interface SimulatedClass {
  readonly name: string;
  /** Bursts that were recorded; few of them say little. */
  readonly bursts: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Distribution function of the slowdown of bursts. */
  readonly curve: readonly { readonly slowdown: number; readonly share: number }[];
}

export interface Simulated {
  readonly seed: number;
  /** Every kind of hour is past its beginning; before that the slowdowns say nothing. */
  readonly ready: boolean;
  /** Virtual seconds of the scheduler, over all kinds of hours. */
  readonly seconds: number;
  readonly demandSeconds: number;
  readonly cpu: Pressure;
  readonly memoryOverload: MemoryOverload;
  readonly classes: readonly SimulatedClass[];
}

/** What is thrown away at the beginning: machines start as if nobody had waited yet. */
const WARM_UP_BURSTS = 5;
/** The offered demand is cheap, and its tails need long runs: it runs this much longer than the scheduler. */
const DEMAND_FACTOR = 20;

interface HourRun {
  readonly weight: number;
  readonly scheduler: CreditScheduler;
  readonly demand: DemandProcess;
}

export class Simulation {
  readonly #setting: Setting;
  readonly #runs: readonly HourRun[];
  readonly #longestBurst: number;
  #turn = 0;
  #warm: boolean[];

  constructor(setting: Setting) {
    this.#setting = setting;
    const { load, supply, scenario } = setting;
    const limits = { threads: guestThreads(supply), memoryMb: memoryLeftMb(setting) };
    this.#longestBurst = load.classes.reduce((longest, it) => Math.max(longest, it.burstSeconds), 0);
    // Different streams for each hour and each process; multiplied by an odd number, so that near seeds are not near streams.
    const seed = (index: number): number => Math.imul(scenario.simulation.seed + 1, 0x9e37_79b1) + Math.imul(index, 0x85eb_ca77);
    this.#runs = load.hours.map((hour, index) => {
      const scheduler = new CreditScheduler(load, hour, supply, seed(2 * index));
      scheduler.machines.recordFrom = WARM_UP_BURSTS * this.#longestBurst;
      return { weight: hour.weight, scheduler, demand: new DemandProcess(load, hour, limits, seed(2 * index + 1)) };
    });
    this.#warm = this.#runs.map(() => false);
  }

  /**
   * Goes on with the hour whose turn it is. `work` bounds how long the call takes: a virtual CPU given a tick is one unit,
   * some tens of nanoseconds. The same calls give the same answer.
   */
  step(work = 200_000): void {
    const run = this.#runs[this.#turn];
    if (run === undefined) return;
    const goal = WARM_UP_BURSTS * this.#longestBurst * 2;
    const seconds = run.scheduler.advance(Math.max(goal, 60), work);
    run.demand.advance(seconds * DEMAND_FACTOR, work);
    if (run.scheduler.now > goal / 2) this.#warm[this.#turn] = true;
    this.#turn = (this.#turn + 1) % this.#runs.length;
  }

  /** Every kind of hour is past its beginning: `result` says something. */
  get ready(): boolean {
    return this.#warm.every((it) => it);
  }

  /** Steps until every kind of hour has gone on for `seconds`; for tests and the command line. */
  runFor(seconds: number): Simulated {
    while (this.#runs.some((run) => run.scheduler.now < seconds)) this.step();
    return this.result();
  }

  result(): Simulated {
    return {
      seed: this.#setting.scenario.simulation.seed,
      ready: this.ready,
      seconds: this.#runs.reduce((sum, run) => sum + run.scheduler.now, 0),
      demandSeconds: this.#runs.reduce((sum, run) => sum + run.demand.totals.seconds, 0),
      cpu: this.#pressure(),
      memoryOverload: this.#memory(),
      classes: this.#setting.load.classes.map((it, index) => this.#class(it.name, index)),
    };
  }

  #pressure(): Pressure {
    const all = this.#runs.map((run) => ({ weight: run.weight, totals: run.demand.totals }));
    const [first] = all;
    const low = Math.min(...all.map((it) => it.totals.threads.low));
    const high = Math.max(...all.map((it) => it.totals.threads.high));
    const merged = new Histogram(first === undefined ? 0 : low, high);
    for (const { weight, totals } of all) if (totals.seconds > 0) merged.merge(totals.threads, weight / totals.seconds);
    const supply = guestThreads(this.#setting.supply);
    const overload = all.reduce(
      (sum, { weight, totals }) => sum + (totals.seconds > 0 ? (weight * totals.overloadSeconds) / totals.seconds : 0),
      0,
    );
    return {
      meanRatio: merged.mean / supply,
      p50: merged.quantile(0.5) / supply,
      p95: merged.quantile(0.95) / supply,
      p99: merged.quantile(0.99) / supply,
      overload,
    };
  }

  #memory(): MemoryOverload {
    let [probability, perSecond, seconds, transient, count] = [0, 0, 0, 0, 0];
    for (const { weight, demand } of this.#runs) {
      const it = demand.totals;
      if (it.seconds === 0) continue;
      const scale = weight / it.seconds;
      probability += scale * it.memoryOverSeconds;
      perSecond += scale * it.memoryOverloads;
      seconds += scale * it.memoryOverloadSeconds;
      transient += scale * it.transient;
      count += it.memoryOverloads;
    }
    const permanent = probability > 1 - 1e-9;
    if (count === 0) return { probability, perHour: 0, meanSeconds: null, transientShare: permanent ? 0 : null, permanent };
    return {
      probability,
      perHour: perSecond * 3600,
      meanSeconds: seconds / perSecond,
      transientShare: transient / perSecond,
      permanent,
    };
  }

  #class(name: string, index: number): SimulatedClass {
    const tally = new SlowdownTally();
    let bursts = 0;
    for (const { weight, scheduler } of this.#runs) {
      const own = scheduler.machines.tallies[index];
      const recorded = scheduler.now - scheduler.machines.recordFrom;
      if (own === undefined || recorded <= 0) continue;
      bursts += own.bursts;
      tally.merge(own, (weight * 86_400) / recorded);
    }
    return {
      name,
      bursts,
      mean: tally.mean,
      p50: tally.quantile(0.5),
      p95: tally.quantile(0.95),
      p99: tally.quantile(0.99),
      curve: tally.curve(),
    };
  }
}
