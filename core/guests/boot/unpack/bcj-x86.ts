/**
 * The x86 branch filter of XZ, undone: targets of CALL (E8) and JMP (E9) were stored as absolute addresses so that equal
 * calls compress alike; they become relative again.
 *
 * The filter has to decide, from the bytes before, whether an E8 or E9 is likely an opcode: `mask` remembers which of the
 * last four bytes looked like one, and an operand is converted only where its top byte is 00 or FF.
 * Source: XZ Embedded and 7-Zip describe the same published behaviour.
 */

/** By mask: may an operand be converted that follows such bytes. */
const MASK_ALLOWED = [true, true, true, false, true, false, false, false];
/** By mask: which byte of the operand an earlier opcode might lie in. */
const MASK_BIT = [0, 1, 2, 2, 3, 3, 3, 3];

const extreme = (byte: number): boolean => byte === 0x00 || byte === 0xff;

/** Converts in place; positions count from the start of `bytes`. */
export function undoX86Branches(bytes: Uint8Array): void {
  let mask = 0;
  let last = -1;
  const end = bytes.length - 4;
  for (let i = 0; i < end; i++) {
    const opcode = bytes[i] as number;
    if ((opcode & 0xfe) !== 0xe8) continue;
    const distance = i - last;
    last = i;
    mask = distance > 3 ? 0 : (mask << (distance - 1)) & 7;
    if (mask !== 0) {
      const earlier = bytes[i + 4 - (MASK_BIT[mask] as number)] as number;
      if (!MASK_ALLOWED[mask] || extreme(earlier)) {
        mask = (mask << 1) | 1;
        continue;
      }
    }
    if (!extreme(bytes[i + 4] as number)) {
      mask = (mask << 1) | 1;
      continue;
    }
    writeTarget(bytes, i, relative(readTarget(bytes, i), i, mask));
    i += 4;
    last = i;
    mask = 0;
  }
}

function relative(source: number, at: number, mask: number): number {
  let value = source;
  for (;;) {
    const target = (value - (at + 5)) | 0;
    if (mask === 0) return target;
    const bit = (MASK_BIT[mask] as number) * 8;
    if (!extreme((target >>> (24 - bit)) & 0xff)) return target;
    value = target ^ ((1 << (32 - bit)) - 1);
  }
}

const readTarget = (bytes: Uint8Array, at: number): number =>
  (bytes[at + 1] as number) |
  ((bytes[at + 2] as number) << 8) |
  ((bytes[at + 3] as number) << 16) |
  ((bytes[at + 4] as number) << 24);

function writeTarget(bytes: Uint8Array, at: number, target: number): void {
  bytes[at + 1] = target;
  bytes[at + 2] = target >> 8;
  bytes[at + 3] = target >> 16;
  // Only bit 24 counts: the top byte is its sign.
  bytes[at + 4] = (target & (1 << 24)) !== 0 ? 0xff : 0;
}
