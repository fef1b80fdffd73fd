// The decoder: code bytes to a decoded instruction record (see state.ts), by the generated opcode tables.
//
// SDM vol. 2 §2: legacy prefixes, REX, or VEX; opcode; ModRM, SIB, displacement; immediate. At most 15 bytes.
// Among the rows of an opcode the first whose conditions accept prefix, form, reg, rm, W, mode and L is taken.
import { CANDIDATES, FIRST_CANDIDATE, HAS_MODRM } from './gen/decode-tables';
import { Mode, Op, Prefix, Seg, FLAT, FLAT_STACK } from './state';

/** Row ids that no table row has. */
const ROW_NONE: u32 = 0;
const ROW_TOO_LONG: u32 = 1;

const MAX_LENGTH: u32 = 15;
const NONE: u32 = 16;
const RIP_BASE: u32 = 17;

// Bits of a candidate's information word; written by core/tables/decoder.ts.
const enum Info {
  immediate = 15, size = 4, lock = 0x100, opcodeRegister = 0x200, byForm = 0x400, bySize = 0x800, minimum = 12, endsBlock = 0x4000, usesVvvv = 0x8000, mandatory66 = 0x1_0000, modRm = 0x2_0000,
}

// The instruction being decoded.
let at: usize = 0;
let end: usize = 0;
let exhausted: bool = false;
let codeMode: u32 = 0;
let flags: u32 = 0;
let segmentOverride: u32 = 0;
let simd: u32 = 0;
let rex: u32 = 0;
let vex: bool = false;
let vvvv: u32 = 0;
let vectorLength: u32 = 0;
let addressSize: u32 = 0;
let modRm: u32 = 0;

@inline function byte(): u32 {
  if (at >= end) {
    exhausted = true;
    return 0;
  }
  return load<u8>(at++);
}

/** Immediate or displacement of 1, 2, 4 or 8 bytes, sign-extended. */
function signed(size: u32): i64 {
  if (at + size > end) {
    exhausted = true;
    return 0;
  }
  const from = at;
  at += size;
  switch (size) {
    case 1: return load<i8>(from);
    case 2: return load<i16>(from);
    case 4: return load<i32>(from);
    default: return load<i64>(from);
  }
}

/** Legacy prefixes and REX; returns the first byte behind them. SIMD prefix: 0 none, 1 66, 2 F3, 3 F2. */
function prefixes(): u32 {
  flags = 0;
  segmentOverride = 0xff;
  simd = 0;
  rex = 0;
  vex = false;
  vvvv = 0;
  vectorLength = 0;
  while (true) {
    const b = byte();
    if (exhausted) return 0;
    if (codeMode == Mode.code64 && (b & 0xf0) == 0x40) {
      rex = b;
      continue;
    }
    switch (b) {
      // In 64-bit mode overrides of ES, CS, SS and DS mean nothing.
      case 0x26: case 0x2e: case 0x36: case 0x3e: if (codeMode != Mode.code64) segmentOverride = (b >> 3) & 3; break;
      case 0x64: case 0x65: segmentOverride = b & 7; break;
      case 0x66: flags |= Prefix.operandSize; if (simd == 0) simd = 1; break;
      case 0x67: flags |= Prefix.addressSize; break;
      case 0xf0: flags |= Prefix.lock; break;
      case 0xf2: flags = (flags & ~Prefix.rep) | Prefix.repne; simd = 3; break;
      case 0xf3: flags = (flags & ~Prefix.repne) | Prefix.rep; simd = 2; break;
      default: return b;
    }
    // A REX that is not directly before the opcode is ignored.
    rex = 0;
  }
}

/** Reads a VEX prefix whose first byte is given; returns map * 256 + opcode, or -1. */
function vexOpcode(first: u32): i32 {
  // Together with REX, LOCK or a SIMD prefix: #UD (SDM vol. 2 §2.3.2-4).
  if (rex || simd || flags & Prefix.lock) return -1;
  vex = true;
  let b = byte();
  let map: u32 = 1;
  rex = 0x40 | ((~b >> 5) & 4);
  if (first == 0xc4) {
    rex |= (~b >> 5) & 3;
    map = b & 31;
    b = byte();
    rex |= (b >> 4) & 8;
  }
  if (codeMode != Mode.code64) rex = 0x40 | (rex & 8);
  vvvv = (~b >> 3) & 15;
  vectorLength = (b >> 2) & 1;
  // pp: 0 none, 1 66, 2 F3, 3 F2 - the same numbers as `simd`.
  simd = b & 3;
  return map >= 1 && map <= 3 ? (map + 3) * 256 + byte() : -1;
}

/** Map * 256 + opcode, -1 if there is none. */
function opcode(first: u32): i32 {
  if (first == 0x0f) {
    const b = byte();
    if (b == 0x38) return 0x200 + byte();
    if (b == 0x3a) return 0x300 + byte();
    return 0x100 + b;
  }
  if (first == 0xc4 || first == 0xc5) {
    // Outside 64-bit mode these are LES and LDS unless the next byte looks like mod 3.
    if (codeMode == Mode.code64 || (at < end && load<u8>(at) >= 0xc0)) return vexOpcode(first);
    if (at >= end) exhausted = true;
  }
  return first;
}

/** ModRM, SIB and displacement of a memory operand. */
function memoryOperand(record: usize): void {
  if (addressSize == 2) {
    memoryOperand16(record);
    return;
  }
  const mod = modRm >> 6;
  const rm = modRm & 7;
  let base: u32 = rm | ((rex & 1) << 3);
  let index = NONE;
  let scale: u32 = 0;
  let stack = false;
  let displacement: u32 = mod == 1 ? 1 : mod == 2 ? 4 : 0;
  if (rm == 4) {
    const sib = byte();
    base = (sib & 7) | ((rex & 1) << 3);
    index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    scale = sib >> 6;
    if (index == 4) {
      index = NONE;
      scale = 0;
    }
    if ((sib & 7) == 5 && mod == 0) {
      base = NONE;
      displacement = 4;
    }
  } else if (rm == 5 && mod == 0) {
    base = codeMode == Mode.code64 ? RIP_BASE : NONE;
    displacement = 4;
  }
  stack = base == 4 || base == 5;
  store<u8>(record, base, Op.base);
  store<u8>(record, index, Op.index);
  store<u8>(record, scale, Op.scale);
  store<i32>(record, displacement ? <i32>signed(displacement) : 0, Op.disp);
  setSegment(record, stack);
}

function memoryOperand16(record: usize): void {
  const mod = modRm >> 6;
  const rm = modRm & 7;
  // BX+SI BX+DI BP+SI BP+DI SI DI BP BX
  let base: u32 = rm < 2 || rm == 7 ? 3 : rm < 4 || rm == 6 ? 5 : rm + 2;
  const index: u32 = rm < 4 ? 6 + (rm & 1) : NONE;
  let displacement: u32 = mod;
  if (rm == 6 && mod == 0) {
    base = NONE;
    displacement = 2;
  }
  store<u8>(record, base, Op.base);
  store<u8>(record, index, Op.index);
  store<u8>(record, 0, Op.scale);
  store<i32>(record, displacement ? <i32>signed(displacement) : 0, Op.disp);
  setSegment(record, base == 5);
}

function setSegment(record: usize, stack: bool): void {
  let segment = segmentOverride;
  if (segment == 0xff) {
    if (codeMode == Mode.code64) segment = stack ? FLAT_STACK : FLAT;
    else segment = stack ? Seg.ss : Seg.ds;
  }
  store<u8>(record, segment, Op.segment);
}

/** Operand size in bytes by the rule of the row (Row.size). */
function operandSize(rule: u32, mandatory66: bool): u32 {
  if (rule < 4) return 1 << rule;
  const wide = (rex & 8) != 0;
  const prefixed = !mandatory66 && !vex && (flags & Prefix.operandSize) != 0;
  if (codeMode == Mode.code64) {
    if (rule == 7) return 8;
    if (rule == 6) return prefixed && !wide ? 2 : 8;
    if (wide) return 8;
    if (rule == 5) return 4;
    return prefixed ? 2 : 4;
  }
  if (rule == 5) return 4;
  return (codeMode == Mode.code32) != prefixed ? 4 : 2;
}

/** Kinds as in core/tables/encoding.ts. */
function immediate(kind: u32, size: u32): i64 {
  switch (kind) {
    case 0: return vex ? <i64>((vvvv << 8) | (vectorLength << 16)) : 0;
    case 1: {
      const value = signed(1);
      return vex ? (value & 0xff) | <i64>((vvvv << 8) | (vectorLength << 16)) : value;
    }
    case 2: return signed(2);
    case 3: return signed(4);
    case 4: return signed(8);
    case 5: return signed(size == 2 ? 2 : 4);
    case 6: return signed(size);
    case 7: {
      const offset = signed(size == 2 ? 2 : 4) & (size == 2 ? 0xffff : 0xffff_ffff);
      return offset | ((signed(2) & 0xffff) << 32);
    }
    case 8: {
      const offset = signed(addressSize);
      return addressSize == 8 ? offset : offset & (addressSize == 4 ? 0xffff_ffff : 0xffff);
    }
    default: {
      const frame = signed(2) & 0xffff;
      return frame | ((signed(1) & 0xff) << 16);
    }
  }
}

/** Address of the candidate for this instruction, or 0. */
function choose(key: i32): usize {
  let candidate = CANDIDATES + <usize>load<u16>(FIRST_CANDIDATE + (<usize>key << 1)) * 12;
  // One-hot answers, at the places of QUESTIONS in core/tables/encoding.ts.
  const have: u32 = (1 << simd) | (modRm >= 0xc0 ? 16 : 32) | (64 << ((modRm >> 3) & 7)) | (0x4000 << (modRm & 7)) |
    (rex & 8 ? 0x80_0000 : 0x40_0000) | (codeMode == Mode.code64 ? 0x200_0000 : 0x100_0000) | (0x400_0000 << vectorLength);
  while (true) {
    const accepted = load<u32>(candidate);
    if (accepted == 0) return 0;
    if ((have & ~accepted) == 0) return candidate;
    candidate += 12;
  }
}

/**
 * Decodes at host address `code`, of which `available` bytes are there, into `record` (not its key).
 * @returns the length, or 0 if more bytes are needed to say
 */
export function decode(code: usize, available: u32, currentMode: u32, record: usize): u32 {
  at = code;
  end = code + (available < MAX_LENGTH ? available : MAX_LENGTH);
  exhausted = false;
  codeMode = currentMode;
  const row = decodeRow(record);
  let length = <u32>(at - code);
  if (exhausted) {
    if (available < MAX_LENGTH) return 0;
    length = MAX_LENGTH;
  }
  store<u16>(record, exhausted ? ROW_TOO_LONG : row, Op.row);
  store<u8>(record, length, Op.length);
  return length;
}

function decodeRow(record: usize): u32 {
  const first = prefixes();
  const addressPrefix = (flags & Prefix.addressSize) != 0;
  if (codeMode == Mode.code64) addressSize = addressPrefix ? 4 : 8;
  else addressSize = (codeMode == Mode.code32) != addressPrefix ? 4 : 2;
  const key = opcode(first);
  if (key < 0 || exhausted) return ROW_NONE;
  modRm = 0xc0;
  const kind = load<u8>(HAS_MODRM + <usize>key);
  if (kind == 1) modRm = byte();
  // MOV to and from control and debug registers: mod is ignored (SDM vol. 2, MOV).
  if ((key & ~3) == 0x120) modRm |= 0xc0;
  const candidate = choose(key);
  store<u32>(record, (NONE << 16) | (NONE << 24), Op.reg);
  store<u32>(record, 0, Op.disp);
  store<u32>(record, 0, Op.scale);
  if (kind == 1 && modRm < 0xc0) memoryOperand(record);
  else setSegment(record, false);
  if (!candidate || exhausted) return ROW_NONE;
  return fill(record, candidate, key, kind == 1);
}

/** Registers, sizes, flags, immediate, and the id of the specialised form. */
function fill(record: usize, candidate: usize, key: i32, hasModRm: bool): u32 {
  const info = load<u32>(candidate, 8);
  const size = operandSize((info >> Info.size) & 15, (info & Info.mandatory66) != 0);
  const isMemory = hasModRm && modRm < 0xc0;
  const reg: u32 = info & Info.opcodeRegister ? (key & 7) | ((rex & 1) << 3) : ((modRm >> 3) & 7) | ((rex & 4) << 1);
  store<u8>(record, size, Op.size);
  store<u8>(record, reg, Op.reg);
  store<u8>(record, isMemory ? 0xff : (modRm & 7) | ((rex & 1) << 3), Op.rm);
  store<u8>(record, flags | (rex ? Prefix.rex : 0) | ((info & Info.endsBlock) >> 8), Op.flags);
  store<u8>(record, addressSize, Op.addressSize);
  store<i64>(record, immediate(info & Info.immediate, size), Op.immediate);
  if (vex && vvvv != 0 && !(info & Info.usesVvvv)) return ROW_NONE;
  if (flags & Prefix.lock && !(info & Info.lock && isMemory)) return ROW_NONE;
  let row = load<u32>(candidate, 4);
  const forms: u32 = info & Info.byForm ? 2 : 1;
  if (info & Info.bySize) row += (ctz(size) - ((info >> Info.minimum) & 3)) * forms;
  if (forms == 2 && isMemory) row++;
  return row;
}
