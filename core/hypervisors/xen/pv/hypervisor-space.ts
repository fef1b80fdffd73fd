/**
 * What every root of a paravirtual domain holds in its slots 256 to 271, the hypervisor's part of the address space:
 * the table of pseudo-physical by machine frame (readable by the guest) and, per domain, the descriptor tables of its vCPUs.
 *
 *   0xffff8000_00000000  slot 256  M2P, u64 per machine frame, read-only for the guest
 *   0xffff8200_00000000  slot 260  per vCPU 32 pages: GDT (14 the guest's, 1 fixed, 1 empty), then LDT (16)
 */

import { HypervisorSpace, INVALID_ENTRY, Pte } from '../../../abi/xen/memory.table.ts';
import { invariant } from '../../../base/bug.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import { type FrameTable, HYPERVISOR } from '../../common/frames.ts';
import { entryHigh, entryLow } from './entry.ts';

const M2P_SLOT = 256;
const PER_DOMAIN_SLOT = 260;
const PER_DOMAIN_START = 0xffff_8200_0000_0000n;
const PAGES_PER_VCPU = 32;
const LDT_PAGE = 16;
/** Page of the GDT area with the descriptors a guest may count on; its selectors begin at 0xe000. */
const FIXED_PAGE = 14;
export const GDT_LIMIT = 0xefff;
export const GUEST_GDT_PAGES = 14;

const TABLE = Pte.PRESENT | Pte.WRITABLE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;
const GUEST_READS = Pte.PRESENT | Pte.USER | Pte.ACCESSED;
const PRIVATE = Pte.PRESENT | Pte.WRITABLE | Pte.ACCESSED | Pte.DIRTY;

/** Offset in the fixed page, descriptor. Accessed bits are set so that loading one writes nothing. */
const FIXED_DESCRIPTORS: readonly (readonly [number, bigint])[] = [
  [0x08, 0x00af_9b00_0000_ffffn], // 0xe008 hypervisor code
  [0x10, 0x00cf_9300_0000_ffffn], // 0xe010 hypervisor data
  [0x20, 0x00cf_fb00_0000_ffffn], // 0xe023 ring 3 code, 32 bit
  [0x28, 0x00cf_f300_0000_ffffn], // 0xe02b ring 3 data
  [0x30, 0x00af_fb00_0000_ffffn], // 0xe033 ring 3 code, 64 bit
];

/** The per-domain branch: an L3, one L2, and L1 tables as vCPUs come. */
export interface DomainSpace {
  readonly l3: MachineFrame;
  readonly l2: MachineFrame;
  readonly l1: MachineFrame[];
}

export class HypervisorSpaceBuilder {
  private readonly m2pL3: MachineFrame;
  private readonly fixed: MachineFrame;
  /** Page of the M2P by index (machine frame / 512). */
  private readonly m2pPages: (MachineFrame | undefined)[] = [];
  /** Frames that the M2P takes, with its tables: it grows with the highest frame that was ever used, and never shrinks. */
  m2pFrames = 0;

  constructor(
    private readonly frames: FrameTable,
    private readonly memory: MachineMemory,
  ) {
    this.m2pL3 = this.own();
    this.fixed = this.own();
    for (const [offset, descriptor] of FIXED_DESCRIPTORS) memory.writeU64(this.fixed * 4096 + offset, descriptor);
  }

  private own(): MachineFrame {
    const frame = this.frames.allocate(HYPERVISOR);
    invariant(frame !== undefined, 'no memory left for the hypervisor itself');
    return frame;
  }

  private entry(table: number, index: number, frame: number, flags: number, high = 0): void {
    const address = table * 4096 + index * 8;
    this.memory.writeU32(address + 4, entryHigh(frame, high));
    this.memory.writeU32(address, entryLow(frame, flags));
  }

  private next(table: number, index: number, flags: number): MachineFrame {
    const address = table * 4096 + index * 8;
    const low = this.memory.readU32(address);
    if ((low & Pte.PRESENT) !== 0) return (this.memory.readU32(address + 4) * 0x10_0000 + (low >>> 12)) as MachineFrame;
    const frame = this.own();
    this.entry(table, index, frame, flags);
    return frame;
  }

  /** Writes slots 256 to 271 of the root `l4`; what the guest had there is ignored. */
  install(l4: number, domain: DomainSpace): void {
    for (let slot = HypervisorSpace.FIRST_SLOT; slot <= HypervisorSpace.LAST_SLOT; slot++) {
      this.memory.writeU32(l4 * 4096 + slot * 8, 0);
      this.memory.writeU32(l4 * 4096 + slot * 8 + 4, 0);
    }
    this.entry(l4, M2P_SLOT, this.m2pL3, TABLE);
    this.entry(l4, PER_DOMAIN_SLOT, domain.l3, PRIVATE);
  }

  /** Records the pseudo-physical frame of `mfn`; `undefined`: none. */
  setM2p(mfn: number, pfn: number | undefined): void {
    const page = this.m2pPage(Math.floor(mfn / 512));
    const address = page * 4096 + (mfn % 512) * 8;
    if (pfn === undefined) this.memory.writeU64(address, INVALID_ENTRY);
    else {
      this.memory.writeU32(address, pfn % 0x1_0000_0000);
      this.memory.writeU32(address + 4, Math.floor(pfn / 0x1_0000_0000));
    }
  }

  /** The pseudo-physical frame recorded for `mfn`. */
  m2p(mfn: number): number | undefined {
    const page = this.m2pPages[Math.floor(mfn / 512)];
    if (page === undefined) return undefined;
    const address = page * 4096 + (mfn % 512) * 8;
    const high = this.memory.readU32(address + 4);
    return high === 0xffff_ffff ? undefined : high * 0x1_0000_0000 + this.memory.readU32(address);
  }

  private m2pPage(index: number): MachineFrame {
    const present = this.m2pPages[index];
    if (present !== undefined) return present;
    const free = this.frames.free;
    const page = this.own();
    this.memory.bytes(page, 'write').fill(0xff);
    const l2 = this.next(this.m2pL3, Math.floor(index / 0x4_0000), TABLE);
    const l1 = this.next(l2, Math.floor(index / 512) % 512, TABLE);
    this.entry(l1, index % 512, page, GUEST_READS, Pte.HIGH_NO_EXECUTE);
    this.m2pPages[index] = page;
    this.m2pFrames += free - this.frames.free;
    return page;
  }

  createDomainSpace(): DomainSpace {
    const l3 = this.own();
    const l2 = this.own();
    this.entry(l3, 0, l2, PRIVATE);
    return { l3, l2, l1: [] };
  }

  releaseDomainSpace(space: DomainSpace): void {
    for (const frame of [...space.l1, space.l2, space.l3]) this.frames.put(frame);
  }

  gdtBase(vcpu: number): bigint {
    return PER_DOMAIN_START + BigInt(vcpu * PAGES_PER_VCPU * 4096);
  }

  ldtBase(vcpu: number): bigint {
    return this.gdtBase(vcpu) + BigInt(LDT_PAGE * 4096);
  }

  /** Byte offset into the LDT of `vcpu` if `address` is there; -1 otherwise. */
  ldtOffset(vcpu: number, address: bigint): number {
    const offset = address - this.ldtBase(vcpu);
    return offset >= 0n && offset < 0x1_0000n ? Number(offset) : -1;
  }

  private slot(space: DomainSpace, vcpu: number, page: number): { table: MachineFrame; index: number } {
    const position = vcpu * PAGES_PER_VCPU + page;
    const which = position >>> 9;
    for (let index = space.l1.length; index <= which; index++) {
      const table = this.own();
      space.l1.push(table);
      this.entry(space.l2, index, table, PRIVATE);
    }
    const table = space.l1[which];
    invariant(table !== undefined, 'the per-domain tables were just made');
    return { table, index: position & 511 };
  }

  /** Maps the guest's GDT frames for `vcpu` and the fixed page behind them. */
  mapGdt(space: DomainSpace, vcpu: number, gdt: readonly number[]): void {
    for (let page = 0; page < GUEST_GDT_PAGES; page++) this.mapPrivate(space, vcpu, page, gdt[page]);
    this.mapPrivate(space, vcpu, FIXED_PAGE, this.fixed);
  }

  /** Maps page `page` of the LDT of `vcpu`; undefined unmaps. */
  mapLdt(space: DomainSpace, vcpu: number, page: number, frame: number | undefined): void {
    this.mapPrivate(space, vcpu, LDT_PAGE + page, frame);
  }

  private mapPrivate(space: DomainSpace, vcpu: number, page: number, frame: number | undefined): void {
    const { table, index } = this.slot(space, vcpu, page);
    if (frame === undefined) {
      this.memory.writeU32(table * 4096 + index * 8, 0);
      this.memory.writeU32(table * 4096 + index * 8 + 4, 0);
    } else this.entry(table, index, frame, PRIVATE, Pte.HIGH_NO_EXECUTE);
  }
}
