/** A suspended domain as a {@link SavedDomain}: every machine frame in tables, vCPUs and start_info becomes pseudo-physical. */
import { SharedInfo } from '../../../abi/xen/shared-info.table.ts';
import { GuestContext, UserRegs } from '../../../abi/xen/vcpu.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import { Register } from '../../../seams/machine.ts';
import type { PageContent, SavedDomain, SavedPage, SavedVcpu } from '../../../seams/saved-domain.ts';
import { FrameFlag } from '../../common/frames.ts';
import type { PvDomain } from './domain.ts';
import { fromBigint } from './entry.ts';
import { storeGuestContext } from './guest-context.ts';
import { GuestMemory } from './guest-memory.ts';
import type { TableLevel } from './pages.ts';
import { translateTable } from './tables-anywhere.ts';
import type { PvVcpu } from './vcpu.ts';

const LARGEST_P2M = 2 ** 31;

/** Pseudo-physical frame of a machine frame of the domain's own; -1 otherwise. */
const pfnOf = (domain: PvDomain, frame: number): number => {
  const { frames, space } = domain.xen;
  return frames.owner[frame] === domain.owner ? (space.m2p(frame) ?? -1) : -1;
};

/** @param sharing pages that are no tables are given as frames, for a copy on the same host; else as bytes */
export const captureDomain = (domain: PvDomain, sharing: boolean): SavedDomain | string => {
  if (domain.shutdownReason !== 'suspend') return 'the domain is not suspended';
  const { memory } = domain.xen;
  const sharedInfo = memory.bytes(domain.sharedInfo, 'read').slice();
  const p2mEntries = Number(new DataView(sharedInfo.buffer).getBigUint64(SharedInfo.maxPfn, true));
  const p2mFrames = findP2m(domain, sharedInfo, p2mEntries);
  if (typeof p2mFrames === 'string') return p2mFrames;
  const vcpus: SavedVcpu[] = [];
  for (const vcpu of domain.vcpus) {
    if (!vcpu.online) continue;
    const saved = saveVcpu(domain, vcpu);
    if (typeof saved === 'string') return saved;
    vcpus.push(saved);
  }
  const problem = firstProblem(domain);
  if (problem !== undefined) return problem;
  return { p2mFrames, p2mEntries, vcpus, sharedInfo, time: domain.systemTime(), pages: () => pagesOf(domain, sharing) };
};

/** Where the guest keeps its list of frames: behind an address of its own, or (older kernels) in a tree of frames. */
const findP2m = (domain: PvDomain, sharedInfo: Uint8Array, entries: number): readonly number[] | string => {
  const { memory } = domain.xen;
  const view = new DataView(sharedInfo.buffer);
  const pages = Math.ceil(entries / 512);
  if (entries === 0 || entries > LARGEST_P2M) return `the guest claims a list of ${entries} frames`;
  const root = Number(view.getBigUint64(SharedInfo.p2mCr3, true) >> 12n);
  const found: number[] = [];
  if (root !== 0) {
    if (pfnOf(domain, root) === -1) return 'the guest names a root for its list of frames that is not its own';
    const walker = new GuestMemory(memory, () => root);
    const start = fromBigint(view.getBigUint64(SharedInfo.p2mVaddr, true));
    for (let page = 0; page < pages; page++) found.push(Math.floor(walker.locate(start + page * 4096, false) / 4096));
  } else {
    const top = Number(view.getBigUint64(SharedInfo.frameListList, true));
    const at = (frame: number, index: number): number =>
      pfnOf(domain, frame) === -1 ? -1 : Number(memory.readU64(frame * 4096 + index * 8));
    for (let page = 0; page < pages; page++) found.push(at(at(top, Math.floor(page / 512)), page % 512));
  }
  const pfns = found.map((frame) => pfnOf(domain, frame));
  return pfns.includes(-1) ? 'the guest does not say where its list of frames is' : pfns;
};

const saveVcpu = (domain: PvDomain, vcpu: PvVcpu): SavedVcpu | string => {
  const context = storeGuestContext(vcpu);
  const view = new DataView(context.buffer);
  const translate = (at: number, shift: bigint, mark = 0n): boolean => {
    const value = view.getBigUint64(at, true) >> shift;
    const pfn = pfnOf(domain, Number(value));
    if (pfn !== -1) view.setBigUint64(at, (BigInt(pfn) << shift) | mark, true);
    return pfn !== -1;
  };
  for (let index = 0; index < vcpu.gdtFrames.length; index++) {
    if (!translate(GuestContext.gdtFrames + index * 8, 0n)) return `a descriptor table of vCPU ${vcpu.id} is not the domain's`;
  }
  if (!translate(GuestContext.ctrlreg + 3 * 8, 12n)) return `vCPU ${vcpu.id} has no root`;
  if (vcpu.userRoot !== 0 && !translate(GuestContext.ctrlreg + 8, 12n, 1n))
    return `the user root of vCPU ${vcpu.id} is not the domain's`;
  // The third argument of the suspend call is the guest's only word on where its start_info is.
  const rdx = GuestContext.userRegs + (UserRegs.GENERAL[Register.rdx] ?? 0);
  if (vcpu.id === 0 && !translate(rdx, 0n)) return 'the guest does not say where its start_info is';
  const { syscall32Callback, sysenterCallback } = vcpu;
  return { id: vcpu.id, context, syscall32: { ...syscall32Callback }, sysenter: { ...sysenterCallback } };
};

const isSaved = (domain: PvDomain, frame: number): boolean =>
  domain.xen.frames.has(frame, FrameFlag.allocated) && !domain.xen.frames.has(frame, FrameFlag.shared);

/** A page that cannot be saved: one without number, or a table that leads outside the domain. */
const firstProblem = (domain: PvDomain): string | undefined => {
  const { xen } = domain;
  for (const frame of xen.frames.ownedBy(domain.owner)) {
    if (!isSaved(domain, frame)) continue;
    if (xen.space.m2p(frame) === undefined) return `frame ${frame} has no pseudo-physical number`;
    const level = xen.updates.tableLevel(frame);
    if (level === 0) continue;
    const index = translateTable(wordsOf(domain, frame), level, (entry) => pfnOf(domain, entry));
    if (index !== -1) return `entry ${index} of a level ${level} table leads to a frame that is not the domain's`;
  }
  return undefined;
};

/** A copy of a page. */
const wordsOf = (domain: PvDomain, frame: number): Uint32Array =>
  new Uint32Array(domain.xen.memory.bytes(frame as MachineFrame, 'read').slice().buffer);

function* pagesOf(domain: PvDomain, sharing: boolean): Generator<SavedPage> {
  const { frames, updates, space } = domain.xen;
  for (const frame of frames.ownedBy(domain.owner)) {
    if (!isSaved(domain, frame)) continue;
    const level = updates.tableLevel(frame);
    const content = contentOf(domain, frame, level, sharing);
    yield { pfn: space.m2p(frame) ?? -1, level, pinned: frames.has(frame, FrameFlag.pinned), content };
  }
}

const contentOf = (domain: PvDomain, frame: number, level: TableLevel | 0, sharing: boolean): PageContent => {
  if (level === 0 && sharing) return { kind: 'frame', frame };
  const words = wordsOf(domain, frame);
  if (level === 0)
    return words.some((word) => word !== 0) ? { kind: 'bytes', bytes: new Uint8Array(words.buffer) } : { kind: 'zero' };
  translateTable(words, level, (entry) => pfnOf(domain, entry));
  return { kind: 'bytes', bytes: new Uint8Array(words.buffer) };
};
