/** The GDT and LDT of a paravirtual CPU: the guest's frames, checked, mapped where the CPU looks for descriptors. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { FrameType } from '../../common/frames.ts';
import { fromBigint } from './entry.ts';
import { GUEST_GDT_PAGES } from './hypervisor-space.ts';
import type { PvVcpu } from './vcpu.ts';

const ENTRIES_PER_PAGE = 512;
export const MAXIMUM_GDT_ENTRIES = GUEST_GDT_PAGES * ENTRIES_PER_PAGE;

/** Makes `frames` the guest's part of the GDT; on error the old one stays. */
export const setGdt = (vcpu: PvVcpu, frames: readonly number[], entries: number): number => {
  const { domain } = vcpu;
  const { types, space } = domain.xen;
  if (entries > MAXIMUM_GDT_ENTRIES || frames.length !== Math.ceil(entries / ENTRIES_PER_PAGE)) return -Errno.EINVAL;
  for (let index = 0; index < frames.length; index++) {
    const result = types.takeTyped(domain, frames[index] ?? 0, FrameType.segment);
    if (result !== 0) {
      for (const taken of frames.slice(0, index)) types.putTyped(domain, taken);
      return result;
    }
  }
  const old = vcpu.gdtFrames;
  vcpu.gdtFrames = [...frames];
  vcpu.gdtEntries = entries;
  space.mapGdt(domain.space, vcpu.id, vcpu.gdtFrames);
  for (const frame of old) types.putTyped(domain, frame);
  vcpu.flushAll();
  return 0;
};

/** Forgets the pages of the LDT that were mapped; they come back when they are needed. */
export const dropLdt = (vcpu: PvVcpu): void => {
  const { domain, ldtFrames } = vcpu;
  if (ldtFrames.length === 0) return;
  for (const [page, frame] of ldtFrames.entries()) {
    if (frame === undefined) continue;
    domain.xen.space.mapLdt(domain.space, vcpu.id, page, undefined);
    domain.xen.types.putTyped(domain, frame);
  }
  ldtFrames.length = 0;
  vcpu.flushAll();
};

export const setLdt = (vcpu: PvVcpu, base: bigint, entries: number): number => {
  if (entries > 8192 || (entries > 0 && (base & 0xfffn) !== 0n)) return -Errno.EINVAL;
  dropLdt(vcpu);
  vcpu.ldtBase = entries === 0 ? 0n : base;
  vcpu.ldtEntries = entries;
  const limit = entries === 0 ? 0 : entries * 8 - 1;
  vcpu.context.writeSegment('ldtr', {
    selector: entries === 0 ? 0 : 0xe050,
    base: entries === 0 ? 0n : vcpu.domain.xen.space.ldtBase(vcpu.id),
    limit,
    attributes: entries === 0 ? 0x8000 : 0x82,
  });
  return 0;
};

/** Maps one page of the guest's LDT; false if the guest has none there, or one that no descriptor table may be. */
export const mapLdtPage = (vcpu: PvVcpu, page: number): boolean => {
  const { domain } = vcpu;
  if (page * ENTRIES_PER_PAGE >= vcpu.ldtEntries || vcpu.ldtFrames[page] !== undefined) return false;
  const at = vcpu.memory.locate(fromBigint(BigInt.asUintN(64, vcpu.ldtBase + BigInt(page * 4096))), false);
  if (at === -1) return false;
  const frame = Math.floor(at / 4096);
  if (domain.xen.types.takeTyped(domain, frame, FrameType.segment) !== 0) return false;
  vcpu.ldtFrames[page] = frame;
  domain.xen.space.mapLdt(domain.space, vcpu.id, page, frame);
  return true;
};
