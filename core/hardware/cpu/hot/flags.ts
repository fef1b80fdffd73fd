// Lazy status flags: an operation leaves kind, size, operands and result; a flag is computed when somebody looks.
//
//   kind    CF                    AF          OF                          left, right
//   none    everything is in rflags
//   add     result < left         l^r^res     (l^res) & (r^res)           operands
//   adc     carry out of l+r+c    "           "                           operands
//   sub     left < right          "           (l^r) & (l^res)             operands
//   sbb     borrow out of l-r-c   "           "                           operands
//   logic   0                     0           0                           -
//   inc     kept                  res&15==0   result == minimum           -, old CF
//   dec     kept                  res&15==15  result == maximum           -, old CF
//   other   given                 0           given                       CF, OF
// ZF, SF, PF always follow from the result. Undefined flags are 0 where hardware usually leaves 0 (AF of logic, shifts).
import { Offset } from './gen/offsets';
import { Flag, cpu } from './state';

export const enum Kind { none = 0, add = 1, adc = 2, sub = 3, sbb = 4, logic = 5, inc = 6, dec = 7, other = 8 }

@inline export function setFlags<T>(kind: u32, left: T, right: T, result: T): void {
  store<u64>(cpu, <u64>kind | (<u64>sizeof<T>() << 32), Offset.flagKind);
  store<u64>(cpu, <u64>result, Offset.flagResult);
  store<u64>(cpu, <u64>left, Offset.flagLeft);
  store<u64>(cpu, <u64>right, Offset.flagRight);
}

@inline export function setLogicFlags<T>(result: T): void {
  store<u64>(cpu, <u64>Kind.logic | (<u64>sizeof<T>() << 32), Offset.flagKind);
  store<u64>(cpu, <u64>result, Offset.flagResult);
}

/** Flags whose carry and overflow were computed by the instruction itself. */
@inline export function setOtherFlags<T>(result: T, carry: u64, overflow: u64): void {
  store<u64>(cpu, <u64>Kind.other | (<u64>sizeof<T>() << 32), Offset.flagKind);
  store<u64>(cpu, <u64>result, Offset.flagResult);
  store<u64>(cpu, carry, Offset.flagLeft);
  store<u64>(cpu, overflow, Offset.flagRight);
}

@inline function kind(): u32 { return load<u32>(cpu, Offset.flagKind); }
@inline function result(): u64 { return load<u64>(cpu, Offset.flagResult); }
@inline function left(): u64 { return load<u64>(cpu, Offset.flagLeft); }
@inline function right(): u64 { return load<u64>(cpu, Offset.flagRight); }
/** Number of the sign bit. */
@inline function signBit(): u64 { return <u64>((load<u32>(cpu, Offset.flagSize) << 3) - 1); }
@inline function materialised(flag: u64): u64 { return <u64>((load<u64>(cpu, Offset.rflags) & flag) != 0); }

/** Carry flag, 0 or 1. */
export function carry(): u64 {
  switch (kind()) {
    case Kind.none: return materialised(Flag.cf);
    case Kind.add: return <u64>(result() < left());
    case Kind.adc: { const l = left(), r = right(); return (((l & r) | ((l | r) & ~result())) >> signBit()) & 1; }
    case Kind.sub: return <u64>(left() < right());
    case Kind.sbb: { const l = left(), r = right(); return (((~l & r) | (~(l ^ r) & result())) >> signBit()) & 1; }
    case Kind.inc:
    case Kind.dec: return right();
    case Kind.other: return left();
    default: return 0;
  }
}

@inline export function zero(): u64 { return kind() == Kind.none ? materialised(Flag.zf) : <u64>(result() == 0); }
@inline export function sign(): u64 { return kind() == Kind.none ? materialised(Flag.sf) : (result() >> signBit()) & 1; }
export function parity(): u64 { return kind() == Kind.none ? materialised(Flag.pf) : (popcnt(result() & 0xff) & 1) ^ 1; }

export function overflow(): u64 {
  switch (kind()) {
    case Kind.none: return materialised(Flag.of_);
    case Kind.add:
    case Kind.adc: { const s = result(); return (((left() ^ s) & (right() ^ s)) >> signBit()) & 1; }
    case Kind.sub:
    case Kind.sbb: { const l = left(); return (((l ^ right()) & (l ^ result())) >> signBit()) & 1; }
    case Kind.inc: return <u64>(result() == <u64>1 << signBit());
    case Kind.dec: return <u64>(result() == (<u64>1 << signBit()) - 1);
    case Kind.other: return right();
    default: return 0;
  }
}

export function adjust(): u64 {
  switch (kind()) {
    case Kind.none: return materialised(Flag.af);
    case Kind.add:
    case Kind.adc:
    case Kind.sub:
    case Kind.sbb: return ((left() ^ right() ^ result()) >> 4) & 1;
    case Kind.inc: return <u64>((result() & 15) == 0);
    case Kind.dec: return <u64>((result() & 15) == 15);
    default: return 0;
  }
}

/** SF != OF. */
@inline function less(): u64 {
  if (kind() == Kind.sub) {
    const up = 63 - signBit();
    return <u64>(<i64>(left() << up) < <i64>(right() << up));
  }
  return sign() ^ overflow();
}

/** Condition code 0-15 of Jcc, SETcc, CMOVcc (SDM vol. 1 appendix B). */
export function condition(code: u32): bool {
  let holds: u64;
  switch (code >> 1) {
    case 0: holds = overflow(); break;
    case 1: holds = carry(); break;
    case 2: holds = zero(); break;
    case 3: holds = zero() | carry(); break;
    case 4: holds = sign(); break;
    case 5: holds = parity(); break;
    case 6: holds = less(); break;
    default: holds = zero() | less(); break;
  }
  return <u32>holds != (code & 1);
}

/** The six status flags at their places in RFLAGS. */
export function statusFlags(): u64 {
  if (kind() == Kind.none) return load<u64>(cpu, Offset.rflags) & Flag.status;
  return carry() | (parity() << 2) | (adjust() << 4) | (zero() << 6) | (sign() << 7) | (overflow() << 11);
}

/** RFLAGS with the status flags put in place. */
export function readFlags(): u64 {
  materialise();
  return load<u64>(cpu, Offset.rflags);
}

export function materialise(): void {
  if (kind() == Kind.none) return;
  const status = statusFlags();
  store<u64>(cpu, (load<u64>(cpu, Offset.rflags) & ~(<u64>Flag.status)) | status, Offset.rflags);
  store<u32>(cpu, Kind.none, Offset.flagKind);
}

/** Replaces RFLAGS as a whole, unchecked. */
export function writeFlags(value: u64): void {
  store<u64>(cpu, value, Offset.rflags);
  store<u32>(cpu, Kind.none, Offset.flagKind);
}

/** Replaces the status flags in `mask`, keeps the others. */
export function setStatus(mask: u64, value: u64): void {
  materialise();
  store<u64>(cpu, (load<u64>(cpu, Offset.rflags) & ~mask) | (value & mask), Offset.rflags);
}

/** Flags outside the status group (IF, DF, AC...): no need to materialise. */
@inline export function systemFlags(): u64 { return load<u64>(cpu, Offset.rflags); }
