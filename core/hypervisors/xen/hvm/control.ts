/**
 * The provider's control domain as one container knows it: event ports and the tasks behind them. It has a processor of its
 * own, so what it does costs the container nothing but the time until it is done; its tasks follow one another.
 */
import { COSTS } from '../../../observe/costs.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import { ownerOf } from '../../common/frames.ts';
import { createTimer, type Timers } from '../../common/timers.ts';
import { EventChannels, type Poller } from '../events.ts';
import { GrantTable } from '../grants.ts';
import type { ForeignUse } from '../holder.ts';
import { NativeDelivery } from '../native/domain.ts';
import type { NativeHolder } from '../native/platform.ts';
import type { HvmHost } from './host.ts';

export const CONTROL_DOMAIN = 0;

export class ControlDomain implements NativeHolder {
  readonly id = CONTROL_DOMAIN;
  readonly owner = ownerOf(CONTROL_DOMAIN);
  readonly vcpus: readonly Poller[] = [];
  readonly events: EventChannels;
  readonly grants: GrantTable;
  readonly delivery: NativeDelivery;
  readonly foreignUses = new Set<ForeignUse>();
  pages = 0;
  /** Cycles that its work has taken. */
  used: Cycles = 0;
  /** Until when it is at work. */
  private busy: Cycles = 0;
  private readonly tasks: (() => void)[] = [];
  private readonly turn = createTimer((now) => this.work(now));

  constructor(readonly xen: HvmHost) {
    this.events = new EventChannels(this);
    this.grants = new GrantTable(this);
    this.delivery = new NativeDelivery(() => this.vcpu);
    this.events.delivery = this.delivery;
    xen.chargeControl = (cycles) => this.spend(cycles);
    xen.addDomain(this);
  }

  readonly vcpu = {
    post: (task: () => void): void => {
      this.tasks.push(task);
      if (this.tasks.length > 1) return;
      this.xen.timers.set(this.turn, Math.max(this.xen.now(), this.busy));
      this.xen.tenancy.wake(0);
    },
  };

  timers(): Timers {
    return this.xen.timers;
  }

  private spend(cycles: Cycles): void {
    this.busy += cycles;
    this.used += cycles;
  }

  private work(now: Cycles): void {
    const task = this.tasks[0];
    if (task === undefined) return;
    this.busy = Math.max(this.busy, now);
    this.spend(COSTS.systemCallBounce.cycles);
    task();
    this.tasks.shift();
    if (this.tasks.length > 0) this.xen.timers.set(this.turn, Math.max(now, this.busy));
  }
}
