/** A domain from its saved form: frames of its own, tables and list of frames by them, and its vCPUs where they stopped. */
import { GrantFlag, RESERVED_GRANTS } from '../../../abi/xen/grants.table.ts';
import { INVALID_ENTRY } from '../../../abi/xen/memory.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { StartFlag, StartInfo } from '../../../abi/xen/start-info.table.ts';
import { GuestContext, UserRegs } from '../../../abi/xen/vcpu.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { DomainShape } from '../../../seams/hypervisor.ts';
import { Register } from '../../../seams/machine.ts';
import type { SavedDomain, SavedPage, SavedVcpu, TableLevelOf } from '../../../seams/saved-domain.ts';
import type { Xen } from '../xen.ts';
import { PvDomain } from './domain.ts';
import { loadGuestContext } from './guest-context.ts';
import type { TableLevel } from './pages.ts';
import { translateTable } from './tables-anywhere.ts';
import { destroyDomain } from './teardown.ts';
import { publishTime, publishWallClock } from './time-areas.ts';
import { PvVcpu } from './vcpu.ts';

const CONTROL_DOMAIN = 0;
const OVERHEAD = 16;

/** @returns the domain, paused; or a sentence that says why there is none */
export const rebuildDomain = (xen: Xen, spec: DomainShape, saved: SavedDomain): PvDomain | string => {
  if (spec.vcpus < 1 || spec.vcpus > SharedInfo.VCPUS) return `a domain has 1 to ${SharedInfo.VCPUS} vCPUs, not ${spec.vcpus}`;
  if (xen.frames.free < OVERHEAD + spec.vcpus) return 'no memory is left';
  const domain = new PvDomain(xen, xen.nextDomainId(), spec.name, spec.weight, spec.cap);
  xen.addDomain(domain);
  domain.maximumPages = spec.maximumPages;
  domain.uuid.set(spec.uuid.subarray(0, 16));
  domain.clockOffset = saved.time - xen.systemTime();
  const problem = new Rebuilder(xen, domain, spec, saved).build();
  if (problem === undefined) return domain;
  destroyDomain(domain);
  return problem;
};

class Rebuilder {
  /** Machine frame by pseudo-physical frame. */
  private readonly p2m = new Map<number, MachineFrame>();
  private readonly pins: { frame: MachineFrame; level: TableLevelOf }[] = [];
  private failure: string | undefined;

  constructor(
    private readonly xen: Xen,
    private readonly domain: PvDomain,
    private readonly spec: DomainShape,
    private readonly saved: SavedDomain,
  ) {}

  build(): string | undefined {
    for (const page of this.saved.pages()) {
      this.load(page);
      if (this.failure !== undefined) return this.failure;
    }
    return this.writeP2m() ?? this.writeSharedInfo() ?? this.writeStartInfo() ?? this.pin() ?? this.createVcpus();
  }

  /** The frame of `pfn`, taken when it is first heard of; -1 if there can be none. */
  private frame(pfn: number): MachineFrame | -1 {
    const known = this.p2m.get(pfn);
    if (known !== undefined) return known;
    const frame = pfn < this.saved.p2mEntries ? this.domain.takePage(pfn) : undefined;
    if (frame === undefined) {
      this.failure ??=
        pfn < this.saved.p2mEntries ? 'memory ran out while the domain was restored' : `frame ${pfn} is beyond the domain's list`;
      return -1;
    }
    this.p2m.set(pfn, frame);
    return frame;
  }

  private load({ pfn, level, pinned, content }: SavedPage): void {
    const frame = this.frame(pfn);
    if (frame === -1) return;
    const { memory } = this.xen;
    if (content.kind === 'frame') memory.share(content.frame as MachineFrame, frame);
    else if (content.kind === 'bytes') {
      const words = new Uint32Array(content.bytes.slice().buffer);
      if (level !== 0) translateTable(words, level, (entry) => this.frame(entry));
      memory.bytes(frame, 'write').set(new Uint8Array(words.buffer));
    }
    if (level !== 0 && pinned) this.pins.push({ frame, level });
  }

  private writeP2m(): string | undefined {
    const { p2mFrames, p2mEntries } = this.saved;
    if (p2mFrames.length !== Math.ceil(p2mEntries / 512)) return 'the list of frames has another length than it says';
    for (const [page, pfn] of p2mFrames.entries()) {
      const frame = this.p2m.get(pfn);
      if (frame === undefined) return 'a page of the list of frames is missing';
      const entries = new BigUint64Array(512);
      for (let index = 0; index < 512; index++) {
        const mfn = this.p2m.get(page * 512 + index);
        entries[index] = mfn === undefined ? INVALID_ENTRY : BigInt(mfn);
      }
      this.xen.memory.bytes(frame, 'write').set(new Uint8Array(entries.buffer));
    }
    return undefined;
  }

  /** vcpu_info and what the guest wrote for its toolstack stay; events are all masked and none is pending. */
  private writeSharedInfo(): string | undefined {
    const page = this.saved.sharedInfo.slice(0, 4096);
    const view = new DataView(page.buffer);
    page.fill(0, SharedInfo.evtchnPending, SharedInfo.evtchnMask);
    page.fill(0xff, SharedInfo.evtchnMask, SharedInfo.wcVersion);
    view.setBigUint64(SharedInfo.frameListList, 0n, true);
    for (let vcpu = 0; vcpu < SharedInfo.VCPUS; vcpu++) {
      const at = SharedInfo.vcpuInfo + vcpu * VcpuInfo.SIZE;
      view.setUint8(at + VcpuInfo.upcallPending, 0);
      view.setUint8(at + VcpuInfo.upcallMask, 1);
      view.setBigUint64(at + VcpuInfo.pendingSel, 0n, true);
    }
    this.xen.memory.bytes(this.domain.sharedInfo, 'write').set(page);
    publishWallClock(this.domain);
    return undefined;
  }

  /** The guest wrote its store and console frames as pseudo-physical ones before it suspended. */
  private writeStartInfo(): string | undefined {
    const first = this.saved.vcpus.find((vcpu) => vcpu.id === 0);
    if (first === undefined) return 'the first vCPU is missing';
    const context = new DataView(first.context.buffer, first.context.byteOffset, first.context.byteLength);
    const pfn = Number(context.getBigUint64(GuestContext.userRegs + (UserRegs.GENERAL[Register.rdx] ?? 0), true));
    const frame = this.p2m.get(pfn);
    if (frame === undefined) return 'start_info is missing';
    const { memory } = this.xen;
    const base = frame * 4096;
    const store = this.p2m.get(Number(memory.readU64(base + StartInfo.storeMfn)));
    const console = this.p2m.get(Number(memory.readU64(base + StartInfo.consoleMfn)));
    if (store === undefined || console === undefined) return 'the pages of store or console are missing';
    this.connectRings(store, console);
    const { rings } = this.domain;
    memory.writeU64(base + StartInfo.nrPages, BigInt(this.saved.p2mEntries));
    memory.writeU64(base + StartInfo.sharedInfo, BigInt(this.domain.sharedInfo) * 4096n);
    memory.writeU32(base + StartInfo.flags, StartFlag.VIRT_P2M_4TOOLS);
    memory.writeU64(base + StartInfo.storeMfn, BigInt(store));
    memory.writeU32(base + StartInfo.storeEvtchn, rings.store.port);
    memory.writeU64(base + StartInfo.consoleMfn, BigInt(console));
    memory.writeU32(base + StartInfo.consoleEvtchn, rings.console.port);
    return undefined;
  }

  private connectRings(store: MachineFrame, console: MachineFrame): void {
    const { events, grants, rings } = this.domain;
    rings.store.port = events.allocateUnbound(CONTROL_DOMAIN);
    rings.console.port = events.allocateUnbound(CONTROL_DOMAIN);
    rings.store.frame = store;
    rings.console.frame = console;
    grants.grow(1);
    grants.write(RESERVED_GRANTS.console, GrantFlag.permit_access, CONTROL_DOMAIN, console);
    grants.write(RESERVED_GRANTS.store, GrantFlag.permit_access, CONTROL_DOMAIN, store);
  }

  private pin(): string | undefined {
    const ordered = [...this.pins].sort((a, b) => a.level - b.level);
    for (const { frame, level } of ordered) {
      if (this.xen.updates.pin(this.domain, frame, level as TableLevel) !== 0)
        return `a page table of level ${level} is not valid`;
    }
    return undefined;
  }

  private createVcpus(): string | undefined {
    const { domain, xen, spec } = this;
    for (let id = 0; id < spec.vcpus; id++) {
      const vcpu = new PvVcpu(domain, id, spec.affinity);
      domain.vcpus.push(vcpu);
      xen.scheduler.add(vcpu.unit);
      publishTime(vcpu);
    }
    for (const saved of this.saved.vcpus) {
      const vcpu = domain.vcpus[saved.id];
      if (vcpu === undefined) return `the domain had a vCPU ${saved.id}`;
      const problem = this.loadVcpu(vcpu, saved);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private loadVcpu(vcpu: PvVcpu, saved: SavedVcpu): string | undefined {
    const context = saved.context.slice();
    if (context.length !== GuestContext.SIZE) return 'the state of a vCPU has another size';
    const view = new DataView(context.buffer);
    const localise = (at: number, shift: bigint): void => {
      const frame = this.p2m.get(Number(view.getBigUint64(at, true) >> shift)) ?? -1;
      view.setBigUint64(at, BigInt.asUintN(64, BigInt(frame) << shift), true);
    };
    const entries = Math.min(8192, view.getUint32(GuestContext.gdtEntries, true));
    for (let index = 0; index < Math.ceil(entries / 512); index++) localise(GuestContext.gdtFrames + index * 8, 0n);
    localise(GuestContext.ctrlreg + 3 * 8, 12n);
    if ((view.getBigUint64(GuestContext.ctrlreg + 8, true) & 1n) === 1n) localise(GuestContext.ctrlreg + 8, 12n);
    else view.setBigUint64(GuestContext.ctrlreg + 8, 0n, true);
    if (vcpu.id === 0) localise(GuestContext.userRegs + (UserRegs.GENERAL[Register.rdx] ?? 0), 0n);
    if (loadGuestContext(vcpu, context) !== 0) return `the state of vCPU ${vcpu.id} is not valid`;
    Object.assign(vcpu.syscall32Callback, saved.syscall32);
    Object.assign(vcpu.sysenterCallback, saved.sysenter);
    this.domain.restoreAssists(view.getBigUint64(GuestContext.vmAssist, true));
    // The call that suspended returns 0: in another domain.
    if (vcpu.id === 0) vcpu.context.registers[Register.rax] = 0n;
    vcpu.online = true;
    return undefined;
  }
}
