/** Register state after RESET, INIT and SIPI (SDM vol. 3 §9.1, table 9-1; §8.4.4.1). */
import { Offset } from './gen/offsets.ts';

/** Every segment can be read, written and executed in real mode. */
const REAL_SEGMENT = 0x93;
const [CS, LDTR, TR] = [1, 6, 7];

/** Family, model and stepping in EDX, as CPUID leaf 1 reports them is the board's business; this says "family 6". */
const SIGNATURE = 0x600n;

function setSegment(view: DataView, block: number, index: number, selector: number, base: bigint, attributes: number): void {
  view.setBigUint64(block + Offset.segmentBase + 8 * index, base, true);
  view.setUint32(block + Offset.segmentLimit + 4 * index, 0xffff, true);
  view.setUint16(block + Offset.segmentSelector + 2 * index, selector, true);
  view.setUint16(block + Offset.segmentAttributes + 2 * index, attributes, true);
}

/** What RESET and INIT have in common. */
export function resetState(view: DataView, block: number): void {
  const u64 = (offset: number, value: bigint): void => view.setBigUint64(block + offset, value, true);
  for (let i = 0; i < 16; i++) u64(Offset.gpr + 8 * i, i === 2 ? SIGNATURE : 0n);
  u64(Offset.rip, 0xfff0n);
  u64(Offset.rflags, 2n);
  view.setUint32(block + Offset.flagKind, 0, true);
  for (let i = 0; i < 6; i++) setSegment(view, block, i, 0, 0n, REAL_SEGMENT);
  setSegment(view, block, CS, 0xf000, 0xffff_0000n, REAL_SEGMENT);
  setSegment(view, block, LDTR, 0, 0n, 0x82);
  setSegment(view, block, TR, 0, 0n, 0x8b);
  u64(Offset.gdtBase, 0n);
  u64(Offset.idtBase, 0n);
  view.setUint32(block + Offset.gdtLimit, 0xffff, true);
  view.setUint32(block + Offset.idtLimit, 0xffff, true);
  // INIT keeps the cache controls CD and NW.
  u64(Offset.cr0, 0x10n | (view.getBigUint64(block + Offset.cr0, true) & 0x6000_0000n));
  for (const offset of [Offset.cr2, Offset.cr3, Offset.cr4, Offset.cr8, Offset.efer]) u64(offset, 0n);
  for (let i = 0; i < 8; i++) u64(Offset.dr + 8 * i, i === 6 ? 0xffff_0ff0n : i === 7 ? 0x400n : 0n);
  for (const offset of [Offset.cpl, Offset.shadow, Offset.nmiLine, Offset.nmiBlocked]) view.setUint32(block + offset, 0, true);
}

/** What only RESET does: floating point and model-specific registers. */
export function powerOn(view: DataView, block: number): void {
  view.setBigUint64(block + Offset.cr0, 0x6000_0010n, true);
  resetState(view, block);
  view.setUint16(block + Offset.fcw, 0x40, true);
  view.setUint16(block + Offset.fsw, 0, true);
  // Tags say "zero", which is kept as "not empty" (state.table.ts).
  view.setUint16(block + Offset.ftw, 0, true);
  view.setUint32(block + Offset.mxcsr, 0x1f80, true);
  view.setBigUint64(block + Offset.xcr0, 1n, true);
  view.setBigUint64(block + Offset.pat, 0x0007_0406_0007_0406n, true);
}

/** A start-up IPI: real mode at the page that the vector names. */
export function startUp(view: DataView, block: number, vector: number): void {
  setSegment(view, block, CS, vector << 8, BigInt(vector) << 12n, REAL_SEGMENT);
  view.setBigUint64(block + Offset.rip, 0n, true);
}
