/** gnttab_transfer: a page of the caller's becomes another domain's, where that domain waits for it. */
import { GrantStatus } from '../../../abi/xen/grants.table.ts';
import type { PvVcpu } from './vcpu.ts';

/** gnttab_transfer: u64 mfn, u16 domid @8, u32 ref @12, s16 status @16. */
export const transferGrant = (caller: PvVcpu, view: DataView): void => {
  const frame = view.getBigUint64(0, true);
  view.setInt16(16, transfer(caller, Number(frame), view.getUint16(8, true), view.getUint32(12, true)), true);
};

const transfer = (caller: PvVcpu, frame: number, id: number, reference: number): number => {
  const { domain } = caller;
  const { xen } = domain;
  if (!domain.isSpare(frame)) return GrantStatus.bad_page;
  const receiver = xen.domains.find((each) => each.id === id);
  if (receiver === undefined || receiver === domain || receiver.dying) return GrantStatus.bad_domain;
  if (receiver.pages >= receiver.maximumPages || !receiver.grants.awaitsTransfer(reference, domain.id))
    return GrantStatus.general_error;
  domain.flushIfStale(xen.frames.stamp[frame] ?? 0);
  xen.space.setM2p(frame, undefined);
  xen.frames.hand(frame, receiver.owner);
  domain.pages -= 1;
  receiver.pages += 1;
  receiver.grants.completeTransfer(reference, domain.id, frame);
  return GrantStatus.okay;
};
