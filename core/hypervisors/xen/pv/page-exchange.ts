/**
 * XENMEM_exchange: pages given for others in rows of another size, such as a device's buffers need. The pages given must
 * be nobody's mapping; each piece is exchanged whole or not at all.
 */

import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { Exchange, Reservation } from '../../../abi/xen/memory.table.ts';
import type { PvVcpu } from './vcpu.ts';

/** Largest extent an ordinary domain may ask for, as Xen has it: 2 MiB. */
export const MOST_ORDER = 9;

/** First frame that is too high: XENMEMF_address_bits in the low byte, 0 for any address. */
export const frameLimit = (flags: number): number =>
  (flags & 0xff) === 0 ? Number.POSITIVE_INFINITY : 2 ** ((flags & 0xff) - 12);

/** One side: where its list of frames is, how many extents of 2^order pages it has. */
interface Side {
  readonly list: number;
  readonly count: number;
  readonly order: number;
  readonly limit: number;
}

const sideOf = (view: DataView, at: number): Side => ({
  list: Number(BigInt.asIntN(64, view.getBigUint64(at + Reservation.extents, true))),
  count: Number(view.getBigUint64(at + Reservation.count, true)),
  order: view.getUint32(at + Reservation.order, true),
  limit: frameLimit(view.getUint32(at + Reservation.flags, true)),
});

/** Pages of one call; more would keep others waiting. */
const MOST_PAGES = 0x4000;

export const exchangePages = (caller: PvVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, Exchange.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  for (const at of [Exchange.input, Exchange.output]) {
    const id = view.getUint16(at + Reservation.domain, true);
    if (id !== DomainId.SELF && id !== caller.domain.id) return -Errno.EPERM;
  }
  const [given, wanted] = [sideOf(view, Exchange.input), sideOf(view, Exchange.output)];
  const done = Number(view.getBigUint64(Exchange.exchanged, true));
  if (given.order > MOST_ORDER || wanted.order > MOST_ORDER) return -Errno.EPERM;
  if (given.count * 2 ** given.order !== wanted.count * 2 ** wanted.order || given.count * 2 ** given.order > MOST_PAGES)
    return -Errno.EINVAL;
  // A piece is as large as the larger extent; a call that goes on starts with a whole one.
  const pieceOrder = Math.max(given.order, wanted.order);
  const perPiece = 2 ** (pieceOrder - given.order);
  if (done > given.count || done % perPiece !== 0 || given.count % perPiece !== 0) return -Errno.EINVAL;
  for (let from = done; from < given.count; from += perPiece) {
    const result = exchangePiece(caller, given, wanted, from, pieceOrder);
    if (!caller.memory.writeU64(argument + Exchange.exchanged, BigInt(result === 0 ? from + perPiece : from)))
      return -Errno.EFAULT;
    if (result !== 0) return result;
  }
  return 0;
};

/** Exchanges the pages of the extents from number `from` on that make up one piece. */
const exchangePiece = (caller: PvVcpu, given: Side, wanted: Side, from: number, pieceOrder: number): number => {
  const { domain, memory } = caller;
  const old: number[] = [];
  for (let extent = 0; extent < 2 ** (pieceOrder - given.order); extent++) {
    const first = memory.readU64(given.list + (from + extent) * 8);
    if (first === undefined) return -Errno.EFAULT;
    for (let index = 0; index < 2 ** given.order; index++) old.push(Number(first) + index);
  }
  if (new Set(old).size !== old.length || !old.every((frame) => domain.isSpare(frame))) return -Errno.EINVAL;
  const to = (from * 2 ** given.order) / 2 ** wanted.order;
  const places: number[] = [];
  for (let extent = 0; extent < 2 ** (pieceOrder - wanted.order); extent++) {
    const pfn = memory.readU64(wanted.list + (to + extent) * 8);
    if (pfn === undefined) return -Errno.EFAULT;
    places.push(Number(pfn));
  }
  // The old pages make room for the new ones in the domain's account, and go when these are there.
  const taken: number[] = [];
  domain.pages -= old.length;
  for (const pfn of places) {
    const row = domain.takeRow(pfn, wanted.order, wanted.limit);
    if (row === undefined) break;
    taken.push(row);
  }
  domain.pages += old.length;
  if (taken.length < places.length) {
    for (const row of taken) for (let index = 0; index < 2 ** wanted.order; index++) domain.releasePage(row + index);
    return -Errno.ENOMEM;
  }
  for (const frame of old) domain.releasePage(frame);
  for (const [index, row] of taken.entries())
    if (!memory.writeU64(wanted.list + (to + index) * 8, BigInt(row))) return -Errno.EFAULT;
  return 0;
};
