/**
 * Recounts from scratch what the reference counts of frames should be, from everything that holds a reference: the opposite
 * way of {@link PageTypes}, so that a mistake there does not hide itself. For tests and for a hypervisor that doubts itself.
 */
import { HypervisorSpace, Pte } from '../../abi/xen/memory.table.ts';
import { FrameFlag, FrameType, HYPERVISOR } from '../common/frames.ts';
import { NativeDomain } from './native/domain.ts';
import { PvDomain } from './pv/domain.ts';
import { frameOf } from './pv/entry.ts';
import type { Xen } from './xen.ts';

class Recount {
  readonly count: Uint32Array;
  readonly typed: Uint32Array;
  readonly offences: string[] = [];

  constructor(private readonly xen: Xen) {
    this.count = new Uint32Array(xen.frames.size);
    this.typed = new Uint32Array(xen.frames.size);
  }

  take(frame: number, type: number, why: string): void {
    this.count[frame] = (this.count[frame] ?? 0) + 1;
    if (type === FrameType.none) return;
    this.typed[frame] = (this.typed[frame] ?? 0) + 1;
    if (this.xen.frames.type[frame] !== type) this.offences.push(`${why}: frame ${frame} is ${this.xen.frames.typeName(frame)}`);
  }

  /** What the entries of a table in use hold. */
  table(frame: number, level: number): void {
    const { memory } = this.xen;
    for (let index = 0; index < 512; index++) {
      if (level === 4 && index >= HypervisorSpace.FIRST_SLOT && index <= HypervisorSpace.LAST_SLOT) continue;
      const low = memory.readU32(frame * 4096 + index * 8);
      if ((low & Pte.PRESENT) === 0) continue;
      const target = frameOf(low, memory.readU32(frame * 4096 + index * 8 + 4));
      const why = `entry ${index} of the level ${level} table ${frame}`;
      if (level > 1) this.take(target, FrameType.l1 + level - 2, why);
      else this.take(target, (low & Pte.WRITABLE) !== 0 ? FrameType.writable : FrameType.none, why);
    }
  }

  domain(domain: PvDomain): void {
    for (const vcpu of domain.vcpus) {
      if (vcpu.kernelRoot !== 0) this.take(vcpu.kernelRoot, FrameType.l4, 'kernel root');
      if (vcpu.userRoot !== 0) this.take(vcpu.userRoot, FrameType.l4, 'user root');
      for (const frame of vcpu.gdtFrames) this.take(frame, FrameType.segment, 'GDT');
      for (const frame of vcpu.ldtFrames) if (frame !== undefined) this.take(frame, FrameType.segment, 'LDT');
      if (vcpu.infoMoved) this.take(Math.floor(vcpu.infoAddress / 4096), FrameType.writable, 'vcpu_info');
    }
    for (const frame of domain.fifo?.frames() ?? []) this.take(frame, FrameType.writable, 'event page');
    for (const { frame, writers, readers } of domain.grants.uses()) {
      for (let use = 0; use < writers; use++) this.take(frame, FrameType.writable, 'grant');
      for (let use = 0; use < readers; use++) this.take(frame, FrameType.none, 'grant');
    }
  }
}

/** Everything that is not as it should be; empty if all is well. */
export const audit = (xen: Xen): string[] => {
  const { frames, updates } = xen;
  const recount = new Recount(xen);
  for (let frame = 0; frame < frames.size; frame++) {
    if (frames.has(frame, FrameFlag.allocated)) recount.take(frame, FrameType.none, 'allocation');
    const level = updates.tableLevel(frame);
    if (level === 0) continue;
    recount.table(frame, level);
    if (frames.has(frame, FrameFlag.pinned)) recount.take(frame, FrameType.l1 + level - 1, 'pin');
  }
  for (const domain of xen.domains) {
    if (domain instanceof PvDomain) recount.domain(domain);
    if (domain instanceof NativeDomain)
      for (const { frame, writing } of domain.foreignUses)
        recount.take(frame, writing ? FrameType.writable : FrameType.none, 'foreign mapping');
  }
  for (let frame = 0; frame < frames.size; frame++) {
    if (frames.owner[frame] === HYPERVISOR) continue;
    const [count, typed] = [frames.count[frame], frames.typeCount[frame]];
    if (count !== recount.count[frame])
      recount.offences.push(`frame ${frame}: ${count} references counted, ${recount.count[frame]} found`);
    if (typed !== recount.typed[frame])
      recount.offences.push(
        `frame ${frame} (${frames.typeName(frame)}): ${typed} typed references counted, ${recount.typed[frame]} found`,
      );
  }
  return [...frames.offences(), ...recount.offences];
};
