/** gnttab_copy: bytes from one page to another, each a grant or a frame of the caller's own. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { GrantCopy, GrantStatus } from '../../../abi/xen/grants.table.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import { FrameType } from '../../common/frames.ts';
import type { BorrowedPage } from '../grants.ts';
import type { PvVcpu } from './vcpu.ts';

/** gnttab_copy: two sides of {u64 ref or frame, u16 domain, u16 offset} at 0 and 16, u16 length, u16 flags, s16 status. */
export const copyGrant = (caller: PvVcpu, view: DataView): void => {
  view.setInt16(36, copy(caller, view), true);
};

const copy = (caller: PvVcpu, view: DataView): number => {
  const length = view.getUint16(32, true);
  const flags = view.getUint16(34, true);
  const from = view.getUint16(10, true);
  const to = view.getUint16(26, true);
  if (from + length > 4096 || to + length > 4096) return GrantStatus.bad_copy_arg;
  caller.domain.xen.charge(Math.round(COSTS.copyFixed.cycles + length * COSTS.copyPerByte.cycles));
  const source = side(caller, view, 0, (flags & GrantCopy.source_gref) !== 0, false);
  if (typeof source === 'number') return source;
  const target = side(caller, view, 16, (flags & GrantCopy.dest_gref) !== 0, true);
  const status = typeof target === 'number' ? target : move(caller.domain.xen.memory, source, from, target, to, length);
  if (typeof target !== 'number') target.giveBack();
  source.giveBack();
  return status;
};

const move = (
  memory: MachineMemory,
  source: BorrowedPage,
  from: number,
  target: BorrowedPage,
  to: number,
  length: number,
): number => {
  if (from < source.start || from + length > source.end || to < target.start || to + length > target.end)
    return GrantStatus.general_error;
  const bytes = memory.bytes(source.frame, 'read').slice(from, from + length);
  memory.bytes(target.frame, 'write').set(bytes, to);
  return GrantStatus.okay;
};

/** One side of a copy: a grant of a domain, or a frame of the caller's own. */
const side = (caller: PvVcpu, view: DataView, at: number, isGrant: boolean, writing: boolean): BorrowedPage | number => {
  const { domain } = caller;
  const { xen } = domain;
  const id = view.getUint16(at + 8, true);
  if (isGrant) {
    const granter = xen.domain(id === DomainId.SELF ? domain.id : id);
    if (granter === undefined) return GrantStatus.bad_domain;
    const reference = view.getUint32(at, true);
    return granter.grants.borrow(reference, domain.id, writing);
  }
  if (id !== DomainId.SELF && id !== domain.id) return GrantStatus.permission_denied;
  const frame = Number(view.getBigUint64(at, true));
  if (writing ? xen.types.takeTyped(domain, frame, FrameType.writable) !== 0 : !xen.frames.take(frame, domain.owner))
    return GrantStatus.bad_page;
  return {
    frame: frame as MachineFrame,
    start: 0,
    end: 4096,
    giveBack: () => (writing ? xen.types.putTyped(domain, frame) : void xen.frames.put(frame)),
  };
};
