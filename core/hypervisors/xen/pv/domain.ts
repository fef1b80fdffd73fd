/** A paravirtual domain: its memory, its share of the address space, and what its guest switched on. */

import { Errno } from '../../../abi/xen/errno.table.ts';
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { Feature, PV_CAPABILITIES, PV_FEATURES } from '../../../abi/xen/version.table.ts';
import { invariant } from '../../../base/bug.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { DomainRings } from '../../../seams/hypervisor.ts';
import { Register } from '../../../seams/machine.ts';
import { FrameFlag, FrameType } from '../../common/frames.ts';
import { Domain } from '../domain.ts';
import { FifoDelivery, switchToFifo } from '../events-fifo.ts';
import { TwoLevelDelivery } from '../events-two-level.ts';
import type { Xen } from '../xen.ts';
import { dropLdt } from './descriptor-tables.ts';
import type { GrantHandle } from './grant-mapping.ts';
import { hypercallPage } from './hypercall-page.ts';
import type { DomainSpace } from './hypervisor-space.ts';
import type { PvVcpu } from './vcpu.ts';

export class PvDomain extends Domain {
  declare readonly vcpus: PvVcpu[];
  readonly space: DomainSpace;
  readonly capabilities: string = PV_CAPABILITIES;
  /** Frame of shared_info. */
  readonly sharedInfo: MachineFrame;
  readonly rings: DomainRings = { store: { frame: 0, port: 0 }, console: { frame: 0, port: 0 } };
  /** VMASST_TYPE_* that are on. */
  private readonly assists = new Set<number>();
  /** Added to the system time of the host: a domain that was moved keeps its own. */
  clockOffset = 0;
  uuid = new Uint8Array(16);
  /** Stores to page tables that were done for the guest. */
  tableWrites = 0;
  /** Set once the guest chose FIFO event delivery. */
  fifo: FifoDelivery | undefined;
  readonly grantHandles = new Map<number, GrantHandle>();
  private lastGrantHandle = 0;

  constructor(xen: Xen, id: number, name: string, weight: number, cap: number) {
    super(xen, id, name, weight, cap);
    this.space = xen.space.createDomainSpace();
    const frame = xen.frames.allocate(this.owner);
    invariant(frame !== undefined, 'the builder makes sure that there is memory');
    xen.frames.set(frame, FrameFlag.shared);
    this.sharedInfo = frame;
    this.events.delivery = this.twoLevel();
  }

  private twoLevel(): TwoLevelDelivery {
    return new TwoLevelDelivery(this.xen.memory, this.sharedInfo * 4096, (vcpu) => this.vcpus[vcpu]);
  }

  /** EVTCHNOP_init_control; the first one switches the domain to FIFO delivery. */
  initFifo(vcpu: number, frame: number, offset: number): number {
    const target = this.vcpus[vcpu];
    if (target === undefined) return -Errno.ENOENT;
    if (this.fifo !== undefined) return this.fifo.initControl(vcpu, target, frame, offset);
    const probe = new FifoDelivery(this, this.events);
    const result = probe.initControl(vcpu, target, frame, offset);
    if (result !== 0) return result;
    probe.release();
    this.fifo = switchToFifo(this);
    return this.fifo.initControl(vcpu, target, frame, offset);
  }

  /** Closes all ports and goes back to two-level delivery. */
  resetEvents(): void {
    this.events.closeAll();
    this.fifo?.release();
    if (this.fifo !== undefined) this.events.delivery = this.twoLevel();
    this.fifo = undefined;
  }

  get features(): number {
    return PV_FEATURES | (this.hasAssist(Assist.pae_extended_cr3) ? 1 << Feature.pae_pgdir_above_4gb : 0);
  }

  hasAssist(type: number): boolean {
    return this.assists.has(type);
  }

  setAssist(type: number, on: boolean): void {
    if (on) this.assists.add(type);
    else this.assists.delete(type);
  }

  /** Bits by VMASST_TYPE_*, as vcpu_guest_context carries them. */
  get assistBits(): bigint {
    let bits = 0n;
    for (const type of this.assists) bits |= 1n << BigInt(type);
    return bits;
  }

  restoreAssists(bits: bigint): void {
    for (const type of Object.values(Assist)) if (((bits >> BigInt(type)) & 1n) === 1n) this.assists.add(type);
  }

  /** A suspended domain goes on where it is: the call that suspended it returns 1, and all it had is alive. */
  resume(): boolean {
    const first = this.vcpus[0];
    if (this.shutdownReason !== 'suspend' || first === undefined) return false;
    first.context.registers[Register.rax] = 1n;
    this.shutdownReason = undefined;
    for (const vcpu of this.vcpus) vcpu.reconsider();
    return true;
  }

  systemTime(): number {
    return this.xen.systemTime() + this.clockOffset;
  }

  flushAll(): void {
    for (const vcpu of this.vcpus) vcpu.flushAll();
  }

  flushIfStale(stamp: number): void {
    for (const vcpu of this.vcpus) vcpu.flushIfStale(stamp);
  }

  /** One page is forgotten by every vCPU. */
  flushPage(address: bigint): void {
    for (const vcpu of this.vcpus) vcpu.flushPage(address);
  }

  nextGrantHandle(): number {
    do this.lastGrantHandle = (this.lastGrantHandle + 1) >>> 0;
    while (this.grantHandles.has(this.lastGrantHandle));
    return this.lastGrantHandle;
  }

  /** The vCPUs whose bits are set in the guest's words at `address`; undefined if they cannot be read. */
  vcpusOfMask(caller: PvVcpu, address: number): readonly PvVcpu[] | undefined {
    const words = caller.memory.readWords(address, Math.ceil(this.vcpus.length / 64));
    return words && this.vcpus.filter((vcpu) => (((words[vcpu.id >>> 6] ?? 0n) >> BigInt(vcpu.id & 63)) & 1n) === 1n);
  }

  /** MMUEXT_NEW_BASEPTR. */
  switchRoot(vcpu: PvVcpu, root: number): number {
    const { types } = this.xen;
    const old = vcpu.kernelRoot;
    if (root !== old) {
      const result = types.takeTyped(this, root, FrameType.l4);
      if (result !== 0) return result;
    }
    this.xen.charge(COSTS.pageTableRootLoad.cycles);
    dropLdt(vcpu);
    vcpu.kernelRootChanged(root);
    if (old !== 0 && root !== old) types.putTyped(this, old);
    return 0;
  }

  /** MMUEXT_NEW_USER_BASEPTR; 0: none. */
  switchUserRoot(vcpu: PvVcpu, root: number): number {
    const { types } = this.xen;
    const old = vcpu.userRoot;
    if (root !== 0 && root !== old) {
      const result = types.takeTyped(this, root, FrameType.l4);
      if (result !== 0) return result;
    }
    vcpu.setUserRoot(root);
    if (old !== 0 && root !== old) types.putTyped(this, old);
    return 0;
  }

  /** One more page for the domain, at `pfn` if it is known; undefined: the limit or memory is reached. */
  takePage(pfn: number | undefined): MachineFrame | undefined {
    if (this.pages >= this.maximumPages) return undefined;
    const { frames, space } = this.xen;
    const frame = frames.allocate(this.owner);
    if (frame === undefined) return undefined;
    this.pages += 1;
    space.setM2p(frame, pfn);
    return frame;
  }

  /** 2^`order` more pages in a row, below machine frame `limit`, at `pfn` and behind it if that is known; the first frame. */
  takeRow(pfn: number | undefined, order: number, limit?: number): MachineFrame | undefined {
    const length = 2 ** order;
    if (this.pages + length > this.maximumPages) return undefined;
    const { frames, space } = this.xen;
    const first = frames.allocateRow(this.owner, order, limit);
    if (first === undefined) return undefined;
    this.pages += length;
    for (let index = 0; index < length; index++) space.setM2p(first + index, pfn === undefined ? undefined : pfn + index);
    return first;
  }

  /** The domain may give that page back. */
  isReleasable(frame: number): boolean {
    const { frames } = this.xen;
    if (frames.owner[frame] !== this.owner || frames.has(frame, FrameFlag.shared | FrameFlag.pinned)) return false;
    return frames.has(frame, FrameFlag.allocated);
  }

  /** The domain gives a page back. It is free when nothing maps it any more. */
  releasePage(frame: number): boolean {
    const { frames, space } = this.xen;
    if (!this.isReleasable(frame)) return false;
    space.setM2p(frame, undefined);
    frames.giveUp(frame);
    this.pages -= 1;
    return true;
  }

  /** The page is the domain's and nothing refers to it: no mapping, no table, no other domain. */
  isSpare(frame: number): boolean {
    const { frames } = this.xen;
    return frames.owner[frame] === this.owner && frames.count[frame] === 1 && frames.flags[frame] === FrameFlag.allocated;
  }

  /** Writes the stubs of the hypercall page into a page of the guest; false if it is not one that can be written. */
  fillHypercallPage(frame: number, index: number): boolean {
    const { types, memory } = this.xen;
    if (index !== 0 || types.takeTyped(this, frame, FrameType.writable) !== 0) return false;
    memory.bytes(frame as MachineFrame, 'write').set(hypercallPage());
    types.putTyped(this, frame);
    return true;
  }
}
