/** A domain of any kind: the unit of ownership, with its vCPUs, event channels and grants. */
import type { ShutdownReason } from '../../abi/xen/domains.table.ts';
import { ownerOf } from '../common/frames.ts';
import { type Account, createAccount } from '../common/scheduler.ts';
import { EventChannels } from './events.ts';
import { GrantTable } from './grants.ts';
import type { DomainSpace } from './pv/hypervisor-space.ts';
import type { PageOwner } from './pv/pages.ts';
import { CALL_NUMBERS } from './statistics.ts';
import type { Vcpu } from './vcpu.ts';
import type { Xen } from './xen.ts';

export abstract class Domain implements PageOwner {
  readonly vcpus: Vcpu[] = [];
  readonly account: Account;
  readonly events: EventChannels;
  readonly grants: GrantTable;
  /** Its number in the frame table. */
  readonly owner: number;
  /** How many reasons there are not to run; a new domain has one. */
  pauses = 1;
  shutdownReason: ShutdownReason | undefined;
  /** Why it crashed, for people. */
  crashReason: string | undefined;
  dying = false;
  /** Pages it has, and may have. */
  pages = 0;
  maximumPages = 0;
  hypercalls = 0;
  /** By number. */
  readonly calls = new Float64Array(CALL_NUMBERS);
  traps = 0;

  constructor(
    readonly xen: Xen,
    readonly id: number,
    readonly name: string,
    weight: number,
    cap: number,
  ) {
    this.owner = ownerOf(id);
    this.account = createAccount(weight, cap);
    this.events = new EventChannels(this);
    this.grants = new GrantTable(this);
  }

  get runnable(): boolean {
    return this.pauses === 0 && this.shutdownReason === undefined && !this.dying;
  }

  abstract readonly space: DomainSpace | undefined;
  abstract flushAll(): void;
  abstract flushIfStale(stamp: number): void;

  pause(): void {
    this.pauses += 1;
    if (this.pauses === 1) for (const vcpu of this.vcpus) vcpu.reconsider();
  }

  unpause(): void {
    if (this.pauses === 0) return;
    this.pauses -= 1;
    if (this.pauses === 0) for (const vcpu of this.vcpus) vcpu.reconsider();
  }

  /** The guest asked for it, or must not go on. The domain stays, for its toolstack. */
  shutDown(reason: ShutdownReason): void {
    if (this.shutdownReason !== undefined) return;
    this.shutdownReason = reason;
    for (const vcpu of this.vcpus) vcpu.reconsider();
    this.xen.shutDown(this);
  }

  /** The guest did what nobody can make sense of. */
  crash(reason: string): void {
    if (this.shutdownReason === undefined) this.crashReason = reason;
    this.shutDown('crash');
  }
}
