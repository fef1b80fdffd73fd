/**
 * A domain whose kernel is a program of ours: a control or driver domain. It owns event channels, grants and pages like
 * any other, is scheduled like any other, and its work is a queue of tasks. It holds no machine: what it can do is what the
 * {@link Platform} it is given offers.
 */
import { TWO_LEVEL_PORTS } from '../../../abi/xen/events.table.ts';
import { Bug } from '../../../base/bug.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import type { Cpu } from '../../../seams/machine.ts';
import type { Timers } from '../../common/timers.ts';
import { Domain } from '../domain.ts';
import type { Channel, EventDelivery } from '../events.ts';
import type { ForeignUse } from '../holder.ts';
import { Vcpu } from '../vcpu.ts';
import type { Xen } from '../xen.ts';

class NativeVcpu extends Vcpu {
  private readonly tasks: (() => void)[] = [];

  /** Adds work; done in order, in this vCPU's time. */
  post(task: () => void): void {
    this.tasks.push(task);
    this.wake();
  }

  run(cpu: Cpu, until: Cycles): void {
    const { xen } = this.domain;
    while (this.runnable && !xen.isRescheduling(cpu.index) && cpu.now() < until) {
      const task = this.tasks.shift();
      if (task === undefined) {
        this.blocked = true;
        this.reconsider();
        return;
      }
      // Being told of an event is a bounce into the kernel, whatever the handler does then.
      cpu.charge(COSTS.systemCallBounce.cycles);
      task();
    }
  }

  notify(): void {
    this.wake();
  }

  protected timerExpired(): void {
    throw new Bug('a native vCPU has no timer interrupt');
  }
}

/** Events as tasks: a port that becomes pending calls its listener once. */
export class NativeDelivery implements EventDelivery {
  readonly ports = TWO_LEVEL_PORTS;
  private readonly listeners = new Map<number, () => void>();
  private readonly pending = new Set<number>();

  constructor(private readonly vcpu: () => Pick<NativeVcpu, 'post'>) {}

  listen(port: number, listener: () => void): void {
    this.listeners.set(port, listener);
    if (this.pending.has(port)) this.post(port);
  }

  raise(port: number): boolean {
    if (this.pending.has(port)) return false;
    this.pending.add(port);
    if (this.listeners.has(port)) this.post(port);
    return true;
  }

  private post(port: number): void {
    this.vcpu().post(() => {
      // Closed, or heard of already, since it was posted.
      if (!this.pending.delete(port)) return;
      this.listeners.get(port)?.();
    });
  }

  isPending(port: number): boolean {
    return this.pending.has(port);
  }

  isBusy(): boolean {
    return false;
  }

  isMasked(port: number): boolean {
    return !this.listeners.has(port);
  }

  clear(port: number): void {
    this.pending.delete(port);
    this.listeners.delete(port);
  }

  unmask(): void {}
  moved(_port: number, _channel: Channel): void {}
}

export class NativeDomain extends Domain {
  declare readonly vcpus: NativeVcpu[];
  readonly space = undefined;
  readonly delivery: NativeDelivery;
  readonly foreignUses = new Set<ForeignUse>();

  constructor(xen: Xen, id: number, name: string, weight: number) {
    super(xen, id, name, weight, 0);
    const vcpu = new NativeVcpu(this, 0, undefined);
    this.vcpus.push(vcpu);
    this.delivery = new NativeDelivery(() => vcpu);
    this.events.delivery = this.delivery;
    this.maximumPages = Number.MAX_SAFE_INTEGER;
    xen.addDomain(this);
    xen.scheduler.add(vcpu.unit);
    this.grants.grow(1);
    vcpu.online = true;
    vcpu.blocked = true;
    this.unpause();
  }

  get vcpu(): NativeVcpu {
    const [vcpu] = this.vcpus;
    if (vcpu === undefined) throw new Bug('a native domain has one vCPU');
    return vcpu;
  }

  timers(): Timers {
    return this.xen.timersOf(this.vcpu);
  }

  // No guest code runs here, so no CPU holds translations of this domain's.
  flushAll(): void {}
  flushIfStale(): void {}
}
