/** A container as a domain of the provider's Xen: event channels, grants, shared_info, parameters. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { GrantFlag, RESERVED_GRANTS } from '../../../abi/xen/grants.table.ts';
import { HVM_CAPABILITIES, HVM_FEATURES, HvmParam, SPECIAL_FRAMES } from '../../../abi/xen/hvm.table.ts';
import { WIDTHS, type WordLayout } from '../../../abi/xen/widths.table.ts';
import { invariant } from '../../../base/bug.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { DomainRings } from '../../../seams/hypervisor.ts';
import { ownerOf } from '../../common/frames.ts';
import { EventChannels } from '../events.ts';
import { FifoDelivery, switchToFifo } from '../events-fifo.ts';
import { TwoLevelDelivery } from '../events-two-level.ts';
import { GrantTable } from '../grants.ts';
import type { Holder } from '../holder.ts';
import { publishTime, publishWallClock } from '../pv/time-areas.ts';
import { CONTROL_DOMAIN } from './control.ts';
import type { HvmHost } from './host.ts';
import { HvmStatistics } from './statistics.ts';
import { Upcalls } from './upcalls.ts';
import { HvmVcpu } from './vcpu.ts';

/** The number of the container; its provider's Xen has one per container. */
export const CONTAINER = 1;

export class HvmDomain implements Holder {
  readonly id = CONTAINER;
  readonly owner = ownerOf(CONTAINER);
  readonly vcpus: readonly HvmVcpu[];
  readonly events: EventChannels;
  readonly grants: GrantTable;
  readonly upcalls: Upcalls;
  readonly features = HVM_FEATURES;
  readonly capabilities: string = HVM_CAPABILITIES;
  /** Nothing moves a container, so its time is the host's. */
  readonly clockOffset = 0;
  /** How the pages that both sides write are laid out: by the words of the code that last set up its hypercall page. */
  layout: WordLayout = WIDTHS[64];
  /** The frame at which the guest sees shared_info. */
  sharedInfo: number;
  fifo: FifoDelivery | undefined;
  readonly params = new Map<number, bigint>();
  readonly rings: DomainRings = {
    store: { frame: SPECIAL_FRAMES.store, port: 0 },
    console: { frame: SPECIAL_FRAMES.console, port: 0 },
  };
  /** Frames that the balloon gave back. */
  readonly ballooned = new Set<number>();
  readonly statistics = new HvmStatistics();

  constructor(
    readonly xen: HvmHost,
    readonly uuid: Uint8Array,
    cpus: number,
  ) {
    this.events = new EventChannels(this);
    this.grants = new GrantTable(this);
    this.upcalls = new Upcalls(this);
    const frame = xen.frames.allocate(this.owner);
    invariant(frame !== undefined, 'the hypervisor has frames of its own');
    this.sharedInfo = frame;
    this.vcpus = Array.from({ length: cpus }, (_, id) => new HvmVcpu(this, id));
    for (const vcpu of this.vcpus) vcpu.follow(frame);
    this.events.delivery = this.twoLevel();
    xen.addDomain(this);
    this.connectRings();
  }

  /** The ports and grants by which the control domain finds the store and the console (as a toolstack seeds them). */
  private connectRings(): void {
    this.grants.grow(1);
    const { store, console } = this.rings;
    for (const [ring, reference] of [[store, RESERVED_GRANTS.store] as const, [console, RESERVED_GRANTS.console] as const]) {
      ring.port = this.events.allocateUnbound(CONTROL_DOMAIN);
      this.grants.write(reference, GrantFlag.permit_access, CONTROL_DOMAIN, ring.frame);
    }
    const values: readonly (readonly [number, number])[] = [
      [HvmParam.STORE_PFN, store.frame],
      [HvmParam.STORE_EVTCHN, store.port],
      [HvmParam.CONSOLE_PFN, console.frame],
      [HvmParam.CONSOLE_EVTCHN, console.port],
      [HvmParam.PAE_ENABLED, 1],
    ];
    for (const [index, value] of values) this.params.set(index, BigInt(value));
  }

  /** The container has a board and a clock. */
  begin(): void {
    publishWallClock(this);
    for (const vcpu of this.vcpus) publishTime(vcpu);
  }

  /** The guest set up its hypercall page, or its callback, with words of that width. */
  latchWidth(bits: 32 | 64): void {
    if (this.layout.bits === bits) return;
    this.layout = WIDTHS[bits];
    if (this.fifo === undefined) this.events.delivery = this.twoLevel();
    publishWallClock(this);
  }

  systemTime(): number {
    return this.xen.clock.toNanoseconds(this.xen.now());
  }

  isSelf(id: number): boolean {
    return id === DomainId.SELF || id === this.id;
  }

  private twoLevel(): TwoLevelDelivery {
    return new TwoLevelDelivery(this.xen.memory, this.sharedInfo * 4096, (vcpu) => this.vcpus[vcpu], this.layout.shared);
  }

  /** A page of the hypervisor appears at another frame of the guest; what was there is gone. */
  private move(from: number, to: number): void {
    const { memory, frames } = this.xen;
    if (from === to) return;
    memory.bytes(to as MachineFrame, 'write').set(memory.read(from * 4096, 4096));
    frames.giveUp(from);
  }

  /** XENMAPSPACE_shared_info. */
  mapSharedInfo(frame: number): number {
    if (!this.xen.isRam(frame * 4096)) return -Errno.EINVAL;
    this.move(this.sharedInfo, frame);
    this.sharedInfo = frame;
    for (const vcpu of this.vcpus) vcpu.follow(frame);
    if (this.fifo === undefined) this.events.delivery = this.twoLevel();
    return 0;
  }

  /** XENMAPSPACE_grant_table: a frame of entries, or of status words (version 2). */
  mapGrantFrame(index: number, frame: number, status: boolean): number {
    const { grants } = this;
    if (!this.xen.isRam(frame * 4096)) return -Errno.EINVAL;
    if (status ? grants.version === 1 || !grants.growStatusTo(index + 1) : !grants.grow(index + 1)) return -Errno.EINVAL;
    const list = status ? grants.statusFrames : grants.frames;
    this.move(list[index] ?? frame, frame);
    list[index] = frame as MachineFrame;
    return 0;
  }

  /** EVTCHNOP_init_control. */
  initFifo(vcpu: number, frame: number, offset: number): number {
    const target = this.vcpus[vcpu];
    if (target === undefined) return -Errno.ENOENT;
    if (this.fifo === undefined) {
      const result = new FifoDelivery(this, this.events).initControl(vcpu, target, frame, offset);
      if (result !== 0) return result;
      this.fifo = switchToFifo(this);
    }
    return this.fifo.initControl(vcpu, target, frame, offset);
  }

  /** EVTCHNOP_reset: all ports but those of the toolstack's making go, in the end all of them. */
  resetEvents(): void {
    this.events.closeAll();
    this.fifo?.release();
    this.fifo = undefined;
    this.events.delivery = this.twoLevel();
  }
}
