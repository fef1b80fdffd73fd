/** A virtual CPU of any domain: whether it may run, what state it has been in for how long, and its timers. */
import { RUNSTATES, type RunstateName } from '../../abi/xen/shared-info.table.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { Cpu } from '../../seams/machine.ts';
import { createUnit, type Unit } from '../common/scheduler.ts';
import { createTimer, stopTimer, type Timer } from '../common/timers.ts';
import type { Domain } from './domain.ts';

export interface VcpuUnit extends Unit {
  readonly vcpu: Vcpu;
}

const stateIndex = (name: RunstateName): number => RUNSTATES.indexOf(name);
const RUNNING = stateIndex('running');
const RUNNABLE = stateIndex('runnable');
const BLOCKED = stateIndex('blocked');
const OFFLINE = stateIndex('offline');

export abstract class Vcpu {
  readonly unit: VcpuUnit;
  /** It was brought up: VCPUOP_up and not _down. */
  online = false;
  /** It waits for an event. */
  blocked = false;
  pauses = 0;
  /** Ports it polls; any of them ends the wait, masked or not. Empty unless in SCHEDOP_poll. */
  polling: readonly number[] = [];
  /** VIRQ_TIMER, one-shot and periodic; end of a poll. */
  readonly timer: Timer;
  readonly periodic: Timer;
  readonly pollTimer: Timer;
  period: Cycles = 0;
  /** Index into {@link RUNSTATES}, since when, and nanoseconds spent in each. */
  runstate = OFFLINE;
  runstateSince = 0;
  readonly runstateTime: [number, number, number, number] = [0, 0, 0, 0];

  constructor(
    readonly domain: Domain,
    readonly id: number,
    affinity: number | undefined,
  ) {
    this.unit = Object.assign(createUnit(domain.account, affinity), { vcpu: this });
    this.timer = createTimer(() => this.timerExpired());
    this.periodic = createTimer((now) => {
      domain.xen.timersOf(this).set(this.periodic, now + this.period);
      this.timerExpired();
    });
    this.pollTimer = createTimer(() => this.wake());
    this.runstateSince = domain.xen.systemTime();
  }

  /** Runs on `cpu` until its clock reaches `until`, or it cannot go on, or the scheduler wants the CPU. */
  abstract run(cpu: Cpu, until: Cycles): void;
  /** VIRQ_TIMER is due. */
  protected abstract timerExpired(): void;
  /** Something this vCPU may react to happened (an event, an NMI). */
  abstract notify(): void;
  /** The run state changed. */
  protected runstateChanged(): void {}

  get runnable(): boolean {
    return this.online && !this.blocked && this.pauses === 0 && this.domain.runnable;
  }

  /** Ends a wait. */
  wake(): void {
    if (this.blocked) {
      this.blocked = false;
      this.polling = [];
      stopTimer(this.pollTimer);
      this.reconsider();
    } else this.domain.xen.interrupt(this);
  }

  /** Tells the scheduler what follows from the flags above; call after any of them changed. */
  reconsider(): void {
    const { xen } = this.domain;
    const { unit } = this;
    if (this.runnable) {
      if (unit.state === 'blocked') {
        this.enterState(RUNNABLE);
        xen.scheduler.wake(unit, xen.now());
      }
    } else xen.withdraw(this);
  }

  private get idleState(): number {
    return this.blocked && this.online && this.pauses === 0 && this.domain.runnable ? BLOCKED : OFFLINE;
  }

  started(): void {
    this.enterState(RUNNING);
  }

  stopped(): void {
    this.enterState(this.runnable ? RUNNABLE : this.idleState);
  }

  private enterState(state: number): void {
    if (state === this.runstate) return;
    const now = this.domain.xen.systemTime();
    this.runstateTime[this.runstate as 0 | 1 | 2 | 3] += now - this.runstateSince;
    this.runstateSince = now;
    this.runstate = state;
    this.runstateChanged();
  }

  /** Nanoseconds in each state up to now. */
  runstateTimes(): [number, number, number, number] {
    const times: [number, number, number, number] = [...this.runstateTime];
    times[this.runstate as 0 | 1 | 2 | 3] += this.domain.xen.systemTime() - this.runstateSince;
    return times;
  }

  /** Nothing of this vCPU is due any more. */
  stopTimers(): void {
    for (const timer of [this.timer, this.periodic, this.pollTimer]) stopTimer(timer);
  }
}
