/** Builds a paravirtual domain as its kernel expects to find it: memory, page tables, start_info, first vCPU. */
import { GrantFlag, RESERVED_GRANTS } from '../../../abi/xen/grants.table.ts';
import { INVALID_ENTRY, Pte } from '../../../abi/xen/memory.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { START_MAGIC, StartFlag, StartInfo } from '../../../abi/xen/start-info.table.ts';
import { invariant } from '../../../base/bug.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { DomainSpec } from '../../../seams/hypervisor.ts';
import { Register } from '../../../seams/machine.ts';
import { FrameType } from '../../common/frames.ts';
import type { Xen } from '../xen.ts';
import { PvDomain } from './domain.ts';
import { entryHigh, entryLow } from './entry.ts';
import { hypercallPage } from './hypercall-page.ts';
import { type DomainLayout, layOut } from './layout.ts';
import { destroyDomain } from './teardown.ts';
import { publishTime, publishWallClock } from './time-areas.ts';
import { PvVcpu } from './vcpu.ts';

const MOST_VCPUS: number = SharedInfo.VCPUS;
/** Frames the hypervisor needs for itself beside the domain's: shared_info, grant table, its part of the address space. */
const OVERHEAD = 16;
const CONTROL_DOMAIN = 0;

const LEAF = Pte.PRESENT | Pte.WRITABLE | Pte.ACCESSED;
const TABLE = Pte.PRESENT | Pte.WRITABLE | Pte.USER | Pte.ACCESSED | Pte.DIRTY;

/** @returns the domain, paused; or a sentence that says why there is none. */
export const buildDomain = (xen: Xen, spec: DomainSpec): PvDomain | string => {
  if (spec.vcpus < 1 || spec.vcpus > MOST_VCPUS) return `a domain has 1 to ${MOST_VCPUS} vCPUs, not ${spec.vcpus}`;
  const layout = layOut(spec.kernel, spec.ramdisk?.length ?? 0, spec.pages);
  if (layout.end > spec.pages) return `the kernel and its RAM disk need ${layout.end} pages at start, ${spec.pages} are given`;
  if (xen.frames.free < spec.pages + OVERHEAD + spec.vcpus) return `${spec.pages} pages are wanted, ${xen.frames.free} are free`;
  const domain = new PvDomain(xen, xen.nextDomainId(), spec.name, spec.weight, spec.cap);
  xen.addDomain(domain);
  domain.maximumPages = Math.max(spec.pages, spec.maximumPages);
  domain.uuid.set(spec.uuid.subarray(0, 16));
  const problem = new Builder(xen, domain, spec, layout).build();
  if (problem === undefined) return domain;
  destroyDomain(domain);
  return problem;
};

class Builder {
  /** Machine frame by pseudo-physical frame. */
  private readonly p2m: MachineFrame[] = [];

  constructor(
    private readonly xen: Xen,
    private readonly domain: PvDomain,
    private readonly spec: DomainSpec,
    private readonly layout: DomainLayout,
  ) {}

  build(): string | undefined {
    for (let pfn = 0; pfn < this.spec.pages; pfn++) {
      const frame = this.domain.takePage(pfn);
      if (frame === undefined) return 'memory ran out while the domain was built';
      this.p2m.push(frame);
    }
    const problem = this.load();
    if (problem !== undefined) return problem;
    this.writeTables();
    this.writeP2m();
    this.initSharedInfo();
    this.connectRings();
    this.writeStartInfo();
    return this.createVcpus();
  }

  private mfn(pfn: number): MachineFrame {
    const frame = this.p2m[pfn];
    invariant(frame !== undefined, `frame ${pfn} is not the domain's`);
    return frame;
  }

  private linear(pfn: number): bigint {
    return this.spec.kernel.virtualBase + BigInt(pfn) * 4096n;
  }

  private load(): string | undefined {
    const { kernel, ramdisk } = this.spec;
    for (const segment of kernel.segments) {
      const address = segment.address - Number(kernel.physicalOffset);
      if (address < 0) return `a segment of the kernel lies below its start (${segment.address})`;
      this.copyIn(address, segment.bytes);
    }
    if (ramdisk !== undefined) this.copyIn(this.layout.module * 4096, ramdisk);
    if (kernel.hypercallPage === undefined) return undefined;
    const page = Number((kernel.hypercallPage - kernel.virtualBase) >> 12n);
    if (page < 0 || page >= this.layout.mappingEnd) return 'the hypercall page lies outside the kernel';
    this.copyIn(page * 4096, hypercallPage());
    return undefined;
  }

  /** Copies to a pseudo-physical address; pages of zeroes are left alone, for they cost nothing then. */
  private copyIn(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const offset = (address + done) % 4096;
      const part = bytes.subarray(done, done + 4096 - offset);
      if (part.some((byte) => byte !== 0)) {
        const frame = this.mfn(Math.floor((address + done) / 4096));
        this.xen.memory.bytes(frame, 'write').set(part, offset);
      }
      done += part.length;
    }
  }

  /** The first mapping: L4, L3, L2 and L1 tables in this order; every table is read-only in it. */
  private writeTables(): void {
    const { tables, tableCount, mappingEnd } = this.layout;
    const isTable = (pfn: number): boolean => pfn >= tables && pfn < tables + tableCount;
    let next = tables + 1;
    next = this.map(tables, next, this.linear(0), mappingEnd, (index) => ({ pfn: index, writable: !isTable(index) }));
    invariant(next === tables + tableCount, 'the layout counted the tables of the first mapping');
    if (this.spec.kernel.initialP2m === undefined) return;
    const { p2m, p2mPages } = this.layout;
    this.map(tables, p2m + p2mPages, this.spec.kernel.initialP2m, p2mPages, (index) => ({ pfn: p2m + index, writable: true }));
  }

  /** Maps `pages` pages from `start` under root `l4`; tables are taken level by level from `next` on. @returns what follows */
  private map(
    l4: number,
    next: number,
    start: bigint,
    pages: number,
    page: (index: number) => { pfn: number; writable: boolean },
  ): number {
    const tables = new Map<string, number>();
    const { memory } = this.xen;
    let free = next;
    const set = (table: number, index: number, pfn: number, flags: number): void => {
      const at = this.mfn(table) * 4096 + index * 8;
      memory.writeU32(at, entryLow(this.mfn(pfn), flags));
      memory.writeU32(at + 4, entryHigh(this.mfn(pfn)));
    };
    const end = start + BigInt(pages) * 4096n - 1n;
    for (let shift = 39n; shift >= 21n; shift -= 9n) {
      for (let unit = start >> shift; unit <= end >> shift; unit++) {
        const parent = shift === 39n ? l4 : tables.get(`${shift + 9n}:${unit >> 9n}`);
        invariant(parent !== undefined, 'tables are made from the root down');
        tables.set(`${shift}:${unit}`, free);
        set(parent, Number(unit & 511n), free, TABLE);
        free += 1;
      }
    }
    for (let index = 0; index < pages; index++) {
      const unit = (start >> 12n) + BigInt(index);
      const table = tables.get(`21:${unit >> 9n}`);
      invariant(table !== undefined, 'tables are made from the root down');
      const { pfn, writable } = page(index);
      set(table, Number(unit & 511n), pfn, writable ? LEAF : LEAF & ~Pte.WRITABLE);
    }
    return free;
  }

  private writeP2m(): void {
    const { p2m, p2mPages } = this.layout;
    for (let page = 0; page < p2mPages; page++) {
      const entries = new BigUint64Array(512).fill(INVALID_ENTRY);
      for (let index = 0; index < 512 && page * 512 + index < this.p2m.length; index++)
        entries[index] = BigInt(this.mfn(page * 512 + index));
      this.xen.memory.bytes(this.mfn(p2m + page), 'write').set(new Uint8Array(entries.buffer));
    }
  }

  private initSharedInfo(): void {
    const base = this.domain.sharedInfo * 4096;
    for (let vcpu = 0; vcpu < SharedInfo.VCPUS; vcpu++) {
      this.xen.memory.writeU32(base + SharedInfo.vcpuInfo + vcpu * VcpuInfo.SIZE, 1 << (8 * VcpuInfo.upcallMask));
    }
    publishWallClock(this.domain);
  }

  /** Ports for the control domain, and grants of the two pages. */
  private connectRings(): void {
    const { events, grants, rings } = this.domain;
    rings.store.port = events.allocateUnbound(CONTROL_DOMAIN);
    rings.console.port = events.allocateUnbound(CONTROL_DOMAIN);
    rings.store.frame = this.mfn(this.layout.store);
    rings.console.frame = this.mfn(this.layout.console);
    grants.grow(1);
    grants.write(RESERVED_GRANTS.console, GrantFlag.permit_access, CONTROL_DOMAIN, rings.console.frame);
    grants.write(RESERVED_GRANTS.store, GrantFlag.permit_access, CONTROL_DOMAIN, rings.store.frame);
  }

  private writeStartInfo(): void {
    const { layout, spec, domain } = this;
    const bytes = new Uint8Array(StartInfo.SIZE);
    const view = new DataView(bytes.buffer);
    const u64 = (at: number, value: bigint | number): void => view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
    const text = new TextEncoder();
    bytes.set(text.encode(START_MAGIC), StartInfo.magic);
    u64(StartInfo.nrPages, spec.pages);
    u64(StartInfo.sharedInfo, BigInt(domain.sharedInfo) * 4096n);
    const byFrame = layout.modulePages > 0 && !layout.moduleMapped;
    view.setUint32(StartInfo.flags, StartFlag.VIRT_P2M_4TOOLS | (byFrame ? StartFlag.MOD_START_PFN : 0), true);
    u64(StartInfo.storeMfn, domain.rings.store.frame);
    view.setUint32(StartInfo.storeEvtchn, domain.rings.store.port, true);
    u64(StartInfo.consoleMfn, domain.rings.console.frame);
    view.setUint32(StartInfo.consoleEvtchn, domain.rings.console.port, true);
    u64(StartInfo.ptBase, this.linear(layout.tables));
    u64(StartInfo.nrPtFrames, layout.tableCount);
    u64(StartInfo.mfnList, spec.kernel.initialP2m ?? this.linear(layout.p2m));
    if (layout.modulePages > 0) {
      u64(StartInfo.modStart, byFrame ? layout.module : this.linear(layout.module));
      u64(StartInfo.modLength, spec.ramdisk?.length ?? 0);
    }
    bytes.set(text.encode(spec.commandLine).subarray(0, StartInfo.COMMAND_LINE_SIZE - 1), StartInfo.commandLine);
    if (spec.kernel.initialP2m !== undefined) {
      u64(StartInfo.firstP2mPfn, layout.p2m);
      u64(StartInfo.nrP2mFrames, layout.p2mPages + layout.p2mTables);
    }
    this.xen.memory.bytes(this.mfn(layout.startInfo), 'write').set(bytes);
  }

  private createVcpus(): string | undefined {
    const { domain, xen, spec, layout } = this;
    for (let id = 0; id < spec.vcpus; id++) {
      const vcpu = new PvVcpu(domain, id, spec.affinity);
      domain.vcpus.push(vcpu);
      xen.scheduler.add(vcpu.unit);
    }
    const root = this.mfn(layout.tables);
    if (xen.updates.pin(domain, root, 4) !== 0 || xen.types.takeTyped(domain, root, FrameType.l4) !== 0) {
      return 'the first page tables of the domain are not valid';
    }
    const first = domain.vcpus[0];
    invariant(first !== undefined, 'there is at least one vCPU');
    first.kernelRootChanged(root);
    first.context.registers[Register.rsi] = this.linear(layout.startInfo);
    first.context.registers[Register.rsp] = this.linear(layout.stack + 1);
    first.context.rip = spec.kernel.entry;
    first.kernelSp = this.linear(layout.stack + 1);
    first.initialised = true;
    first.online = true;
    for (const vcpu of domain.vcpus) publishTime(vcpu);
    return undefined;
  }
}
