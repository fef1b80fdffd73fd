/**
 * The credit scheduler: shares CPUs among accounts by weight, limits them by cap, in virtual time.
 *
 * Every accounting period the capacity of all CPUs is handed out as credits, by weight, to the accounts that want it;
 * running burns them. A unit with credits left is *under* and goes before one that is *over*; one that wakes while under is
 * *boosted* until it has run for a tick or stops. A capped account that used its part of the period is parked.
 * Deterministic: equal inputs give equal decisions, whatever the host does.
 */
import { invariant } from '../../base/bug.ts';
import type { Cycles } from '../../seams/addresses.ts';

const DEFAULT_WEIGHT = 256;
const SLICE_MS = 30;
const TICK_MS = 10;

const Priority = { boost: 0, under: 1, over: 2 } as const;

/** What weight and cap are given to: a domain. */
export interface Account {
  weight: number;
  /** Percent of one CPU; 0: no limit. */
  cap: number;
  readonly units: Unit[];
  /** What is left of the cap in this period. */
  allowance: number;
  parked: boolean;
}

export const createAccount = (weight = DEFAULT_WEIGHT, cap = 0): Account => ({
  weight,
  cap,
  units: [],
  allowance: 0,
  parked: false,
});

/** One virtual CPU in the eyes of the scheduler. */
export interface Unit {
  readonly account: Account;
  state: 'blocked' | 'queued' | 'running';
  priority: number;
  credit: Cycles;
  /** CPU it runs on, or ran on last. */
  cpu: number;
  /** CPUs it may run on, bit by index; undefined: all. */
  affinity: number | undefined;
  /** Its own time: no CPU with an earlier clock may run it, or time would go back for it. */
  readyAt: Cycles;
  sliceStart: Cycles;
  /** Cycles it has run in all, and in this period. */
  used: Cycles;
  usedNow: Cycles;
  /** Cycles run since it was boosted. */
  boosted: Cycles;
  yielding: boolean;
}

export const createUnit = (account: Account, affinity?: number): Unit => ({
  account,
  affinity,
  state: 'blocked',
  priority: Priority.under,
  credit: 0,
  cpu: 0,
  readyAt: 0,
  sliceStart: 0,
  used: 0,
  usedNow: 0,
  boosted: 0,
  yielding: false,
});

export class CreditScheduler<U extends Unit = Unit> {
  readonly slice: Cycles;
  private readonly tick: Cycles;
  private readonly accounts: Account[] = [];
  /** Units that want to run, in order of arrival; priority decides first. */
  private readonly queue: U[] = [];
  readonly running: (U | undefined)[];
  private nextAccounting: Cycles;

  /**
   * @param kick makes a CPU look at the queue again
   */
  constructor(
    readonly cpuCount: number,
    frequency: number,
    private readonly kick: (cpu: number) => void,
  ) {
    this.slice = Math.round((frequency * SLICE_MS) / 1000);
    this.tick = Math.round((frequency * TICK_MS) / 1000);
    this.running = new Array<U | undefined>(cpuCount).fill(undefined);
    this.nextAccounting = this.slice;
  }

  add(unit: U): void {
    if (!this.accounts.includes(unit.account)) {
      this.accounts.push(unit.account);
      unit.account.allowance = this.capOf(unit.account);
    }
    unit.account.units.push(unit);
    unit.credit = this.slice;
  }

  /** The unit must not be running. */
  remove(unit: U): void {
    invariant(unit.state !== 'running', 'a running unit cannot be removed');
    this.dequeue(unit);
    unit.state = 'blocked';
    const { units } = unit.account;
    units.splice(units.indexOf(unit), 1);
    if (units.length === 0) this.accounts.splice(this.accounts.indexOf(unit.account), 1);
  }

  private dequeue(unit: U): void {
    const at = this.queue.indexOf(unit);
    if (at !== -1) this.queue.splice(at, 1);
  }

  private allowed(unit: U, cpu: number): boolean {
    return unit.affinity === undefined || ((unit.affinity >>> cpu) & 1) === 1;
  }

  /** The unit has something to do from `now` on. */
  wake(unit: U, now: Cycles): void {
    if (unit.state !== 'blocked') return;
    unit.state = 'queued';
    unit.readyAt = Math.max(unit.readyAt, now);
    if (unit.credit > 0 && !unit.account.parked) {
      unit.priority = Priority.boost;
      unit.boosted = 0;
    } else unit.priority = this.earned(unit);
    this.queue.push(unit);
    if (!unit.account.parked) this.tickle(unit);
  }

  /** A queued unit has nothing to do after all (paused, shut down). A running one is stopped by its CPU. */
  sleep(unit: U): void {
    if (unit.state !== 'queued') return;
    this.dequeue(unit);
    unit.state = 'blocked';
  }

  /** Lets the CPU that suits `unit` best reconsider: its last one if idle, another idle one, else the least deserving. */
  private tickle(unit: U): void {
    let best = -1;
    let worst = unit.priority;
    for (let cpu = 0; cpu < this.cpuCount; cpu++) {
      if (!this.allowed(unit, cpu)) continue;
      const current = this.running[cpu];
      const rank = current === undefined ? Priority.over + 1 : current.priority;
      if (rank > worst || (rank === worst && rank > unit.priority && cpu === unit.cpu)) {
        worst = rank;
        best = cpu;
      }
    }
    if (best !== -1) this.kick(best);
  }

  /** True if a queued unit should run on `cpu` rather than the one that does. */
  shouldPreempt(cpu: number, now: Cycles): boolean {
    const current = this.running[cpu];
    return this.best(cpu, now, current === undefined ? Priority.over + 1 : current.priority) !== undefined;
  }

  private best(cpu: number, now: Cycles, below: number): U | undefined {
    let found: U | undefined;
    for (const unit of this.queue) {
      if (unit.priority >= (found?.priority ?? below) || unit.account.parked || unit.readyAt > now) continue;
      if (this.allowed(unit, cpu)) found = unit;
      if (found?.priority === Priority.boost) break;
    }
    return found;
  }

  /** Takes the unit that `cpu` runs next; it has stopped what it ran before. */
  pick(cpu: number, now: Cycles): U | undefined {
    this.settle(now);
    const unit = this.best(cpu, now, Priority.over + 1);
    if (unit === undefined) return undefined;
    this.dequeue(unit);
    unit.state = 'running';
    unit.cpu = cpu;
    unit.sliceStart = now;
    unit.yielding = false;
    this.running[cpu] = unit;
    return unit;
  }

  /** Until when `unit` may go on without the scheduler looking again. */
  sliceEnd(unit: U): Cycles {
    const end = Math.min(unit.sliceStart + this.slice, this.nextAccounting);
    return unit.account.cap === 0 ? end : Math.min(end, unit.readyAt + Math.max(1, Math.ceil(unit.account.allowance)));
  }

  /** Accounts for a unit that ran from `from` to `now`; it is still running. */
  burn(unit: U, from: Cycles, now: Cycles): void {
    const spent = now - from;
    unit.used += spent;
    unit.usedNow += spent;
    unit.credit -= spent;
    unit.boosted += spent;
    unit.readyAt = now;
    if (unit.account.cap !== 0) {
      unit.account.allowance -= spent;
      if (unit.account.allowance <= 0) unit.account.parked = true;
    }
    if (unit.priority === Priority.boost ? unit.boosted >= this.tick : true) unit.priority = this.earned(unit);
    this.settle(now);
  }

  /** The unit leaves its CPU: to wait for its turn again, or with nothing to do. */
  stop(unit: U, cpu: number, runnable: boolean): void {
    this.running[cpu] = undefined;
    unit.priority = this.earned(unit);
    unit.state = runnable ? 'queued' : 'blocked';
    if (runnable) this.queue.push(unit);
  }

  private earned(unit: U): number {
    return unit.credit > 0 ? Priority.under : Priority.over;
  }

  /** When a CPU without work should look again although nobody wakes it. */
  nextLook(cpu: number): Cycles {
    let earliest = Number.POSITIVE_INFINITY;
    for (const unit of this.queue) {
      if (this.allowed(unit, cpu)) earliest = Math.min(earliest, unit.account.parked ? this.nextAccounting : unit.readyAt);
    }
    return earliest;
  }

  private capOf(account: Account): Cycles {
    return (account.cap * this.slice) / 100;
  }

  /** A new weight or cap holds from now on. */
  adjusted(account: Account): void {
    account.parked = false;
    account.allowance = this.capOf(account);
  }

  private settle(now: Cycles): void {
    if (now < this.nextAccounting) return;
    const periods = Math.floor((now - this.nextAccounting) / this.slice) + 1;
    this.nextAccounting += periods * this.slice;
    // After a long silence more periods change nothing: credits are bounded.
    for (let period = Math.min(periods, 3); period > 0; period--) this.account();
  }

  /** One period: hand out the capacity of all CPUs by weight to those who want it, not more than they can use. */
  private account(): void {
    let capacity = this.cpuCount * this.slice;
    let open = this.accounts.filter((account) => account.units.some((unit) => unit.state !== 'blocked' || unit.usedNow > 0));
    while (open.length > 0 && capacity > 0) {
      const weights = open.reduce((sum, account) => sum + account.weight, 0);
      const rate = capacity / weights;
      const full = open.filter((account) => this.most(account) <= account.weight * rate);
      const served = full.length > 0 ? full : open;
      for (const account of served) {
        const share = full.length > 0 ? this.most(account) : account.weight * rate;
        this.grant(account, share);
        capacity -= share;
      }
      open = full.length > 0 ? open.filter((account) => !full.includes(account)) : [];
    }
    for (const account of this.accounts) {
      if (account.cap !== 0) account.allowance = Math.min(account.allowance, 0) + this.capOf(account);
      account.parked = account.cap !== 0 && account.allowance <= 0;
      for (const unit of account.units) unit.usedNow = 0;
    }
    for (const unit of this.queue) if (unit.priority !== Priority.boost) unit.priority = this.earned(unit);
    for (let cpu = 0; cpu < this.cpuCount; cpu++) if (this.running[cpu] === undefined && this.queue.length > 0) this.kick(cpu);
  }

  private wanting(account: Account): Unit[] {
    return account.units.filter((unit) => unit.state !== 'blocked' || unit.usedNow > 0);
  }

  private most(account: Account): Cycles {
    const most = this.wanting(account).length * this.slice;
    return account.cap === 0 ? most : Math.min(most, this.capOf(account));
  }

  private grant(account: Account, share: Cycles): void {
    const wanting = this.wanting(account);
    for (const unit of wanting)
      unit.credit = Math.min(this.slice, Math.max(-2 * this.slice, unit.credit) + share / wanting.length);
  }
}
