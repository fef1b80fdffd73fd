/** Page-table entries as pairs of 32-bit halves, and linear addresses as signed numbers: no bigint on the paths of a fault. */
import { Pte } from '../../../abi/xen/memory.table.ts';

/**
 * A canonical linear address as a signed number: the upper half of the address space is negative. Exact, because 48 bits
 * fit in a double; a value outside ±2^47 is not canonical.
 */
export type SignedLinear = number;

const TWO_32 = 0x1_0000_0000;
const CANONICAL_LIMIT = 0x8000_0000_0000;

/** Of a register or guest field given in halves. Not exact, and outside the canonical range, for a non-canonical value. */
export const signedLinear = (low: number, high: number): SignedLinear => (high | 0) * TWO_32 + (low >>> 0);

export const isCanonical = (address: SignedLinear): boolean => address >= -CANONICAL_LIMIT && address < CANONICAL_LIMIT;

export const fromBigint = (address: bigint): SignedLinear => Number(BigInt.asIntN(64, address));
export const toBigint = (address: SignedLinear): bigint => BigInt.asUintN(64, BigInt(address));

/** Start of what the hypervisor keeps for itself, and its end, as signed addresses. */
const HOLE_START = -0x8000_0000_0000;
const HOLE_END = -0x7800_0000_0000;

/** True if `length` bytes from `address` are canonical and outside the range the hypervisor keeps. */
export const isGuestRange = (address: SignedLinear, length: number): boolean => {
  const end = address + length;
  return (address >= 0 && end <= CANONICAL_LIMIT) || (address >= HOLE_END && end <= 0);
};

/** True for an address in the hypervisor's range (M2P included). */
export const isHypervisorAddress = (address: SignedLinear): boolean => address >= HOLE_START && address < HOLE_END;

/** Index into the table of `level` (4 to 1) that `address` selects. */
export const tableIndex = (address: SignedLinear, level: number): number => {
  if (level === 1) return (address >>> 12) & 0x1ff;
  if (level === 2) return (address >>> 21) & 0x1ff;
  const high = Math.floor(address / TWO_32);
  return level === 3 ? ((high & 0x7f) << 2) | (address >>> 30) : (high >>> 7) & 0x1ff;
};

/** The frame an entry names. */
export const frameOf = (low: number, high: number): number => (high & Pte.HIGH_FRAME) * 0x10_0000 + (low >>> 12);

/** Low half of an entry for `frame` with `flags`; see {@link entryHigh}. */
export const entryLow = (frame: number, flags: number): number => (((frame % 0x10_0000) << 12) | flags) >>> 0;
export const entryHigh = (frame: number, flags = 0): number => ((Math.floor(frame / 0x10_0000) & Pte.HIGH_FRAME) | flags) >>> 0;
