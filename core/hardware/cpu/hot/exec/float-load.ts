// x87 loads, stores, exchange, conditional moves, and constants (SDM vol. 1 §8.3.3, §8.3.4).
//
// 80-bit values move as they are, whatever they encode. Singles, doubles and integers are converted: loading is exact,
// storing rounds and may overflow or underflow to nothing (unmasked: then memory and stack stay as they were).
import { condition } from '../flags';
import { linear } from '../operands';
import { probe, read16, read32, read64, write16, write32, write64 } from '../memory';
import { faulted } from '../raise';
import { opRm } from '../state';
import {
  copyNumber, Exception, exceptions, increased, isDenormal, isNan, Kind, kindOf, LEFT, N, RESULT, Rounding, setExceptions, setIncreased, signal,
} from '../softfloat';
import {
  DOUBLE_MAXIMUM, DOUBLE_MINIMUM, encodeDouble, encodeSingle, packedHigh, packedTop, packExtended, roundToFormat, SINGLE_MAXIMUM, SINGLE_MINIMUM, unpackDouble,
  unpackInteger, unpackSingle,
} from '../softfloat-formats';
import { quietLeft } from '../x87-nan';
import {
  canPush, conclude, concludeKeeping, INDEFINITE_TOP, isEmpty, pops, push, rounding, setIndefinite, setSt, stackOverflow, stackUnderflow, stHigh, stTop, underflowResult,
  unmaskedFloat, unpackSt, x87Ready,
} from '../x87';

@inline function i(): u32 { return opRm() & 7; }

/** Pushes LEFT, which came from memory and is exact; only after the operand was read. */
function pushLeft(): void {
  if (faulted()) return;
  if (!canPush()) {
    stackOverflow();
    return;
  }
  if (isNan(LEFT)) quietLeft();
  else copyNumber(RESULT, LEFT);
  packExtended(64, Rounding.nearest, 0);
  const valid = (exceptions & unmaskedFloat()) == 0;
  if (isDenormal(LEFT)) signal(Exception.denormal);
  conclude(false);
  // Manual: an unmasked denormal operand is said to keep the value from being loaded. Processors load it.
  if (valid) push(packedTop, packedHigh);
}
export function fld_Md(): void { if (x87Ready()) { unpackSingle(LEFT, <u32>read32(linear(4, false))); pushLeft(); } }
export function fld_Mq(): void { if (x87Ready()) { unpackDouble(LEFT, read64(linear(8, false))); pushLeft(); } }
export function fild_Mw(): void { if (x87Ready()) { unpackInteger(LEFT, <i64><i16>read16(linear(2, false))); pushLeft(); } }
export function fild_Md(): void { if (x87Ready()) { unpackInteger(LEFT, <i64><i32>read32(linear(4, false))); pushLeft(); } }
export function fild_Mq(): void { if (x87Ready()) { unpackInteger(LEFT, <i64>read64(linear(8, false))); pushLeft(); } }

function pushRaw(top: u32, significand: u64): void {
  if (!canPush()) stackOverflow();
  else {
    conclude(false);
    push(top, significand);
  }
}
export function fld_Mt(): void {
  if (!x87Ready()) return;
  const a = linear(10, false);
  const significand = read64(a), top = <u32>read16(a + 8);
  if (!faulted()) pushRaw(top, significand);
}
export function fld_STi(): void {
  if (!x87Ready()) return;
  if (isEmpty(i())) underflowPush();
  else pushRaw(stTop(i()), stHigh(i()));
}
/** An empty source counts as underflow; the default NaN is pushed if there is room. */
function underflowPush(): void {
  stackUnderflow();
  if (conclude(false)) push(INDEFINITE_TOP, 0xc000_0000_0000_0000);
}

// Constants: 66 bits and more, rounded by RC (SDM vol. 1 §8.3.4). `up` is the significand when rounding away from the one given.
function constant(top: u32, down: u64, nearestUp: bool): void {
  if (!x87Ready()) return;
  const mode = rounding();
  const increase = mode == Rounding.up || (mode == Rounding.nearest && nearestUp);
  pushRaw(top, down + u64(increase));
}
export function fld1(): void { if (x87Ready()) pushRaw(0x3fff, 0x8000_0000_0000_0000); }
export function fldz(): void { if (x87Ready()) pushRaw(0, 0); }
export function fldl2t(): void { constant(0x4000, 0xd49a_784b_cd1b_8afe, false); }
export function fldl2e(): void { constant(0x3fff, 0xb8aa_3b29_5c17_f0bb, true); }
export function fldpi(): void { constant(0x4000, 0xc90f_daa2_2168_c234, true); }
export function fldlg2(): void { constant(0x3ffd, 0x9a20_9a84_fbcf_f798, true); }
export function fldln2(): void { constant(0x3ffe, 0xb172_17f7_d1cf_79ab, true); }

// Stores. RESULT holds ST(0), rounded to the format; `good` says whether there is anything to store. If not, memory is
// not looked at: no fault can come from it.
/** Unpacks ST(0), or the default NaN for an empty register, to RESULT; rounds it. False: an unmasked exception forbids the store. */
function prepareStore(bits: u32, minimum: i32, maximum: i32): bool {
  setIncreased(false);
  if (isEmpty(0)) {
    stackUnderflow();
    setIndefiniteResult();
  } else {
    unpackSt(LEFT, 0);
    if (isNan(LEFT)) quietLeft();
    else {
      copyNumber(RESULT, LEFT);
      if (kindOf(RESULT) == Kind.finite && !roundToFormat(bits, minimum, maximum, rounding(), unmaskedFloat(), false)) {
        // Processors say nothing of precision when there is no result.
        setExceptions(exceptions & ~Exception.precision);
        return false;
      }
    }
  }
  return (exceptions & unmaskedFloat() & Exception.before) == 0;
}
function setIndefiniteResult(): void {
  store<u32>(RESULT, Kind.quiet, N.kind);
  store<u32>(RESULT, 1, N.sign);
  store<u64>(RESULT, 0xc000_0000_0000_0000, N.high);
}
/** Ends a store: after a page fault nothing happened at all. */
function finishStore(good: bool, count: u32): void {
  if (faulted()) {
    setExceptions(0);
    return;
  }
  conclude(good && increased);
  if (good) pops(count);
}
function storeSingle(count: u32): void {
  if (!x87Ready()) return;
  const good = prepareStore(24, SINGLE_MINIMUM, SINGLE_MAXIMUM);
  if (good) write32(linear(4, true), encodeSingle());
  finishStore(good, count);
}
function storeDouble(count: u32): void {
  if (!x87Ready()) return;
  const good = prepareStore(53, DOUBLE_MINIMUM, DOUBLE_MAXIMUM);
  if (good) write64(linear(8, true), encodeDouble());
  finishStore(good, count);
}
export function fst_Md(): void { storeSingle(0); }
export function fstp_Md(): void { storeSingle(1); }
export function fst_Mq(): void { storeDouble(0); }
export function fstp_Mq(): void { storeDouble(1); }

export function fstp_Mt(): void {
  if (!x87Ready()) return;
  const empty = isEmpty(0);
  if (empty && (unmaskedFloat() & Exception.invalid) != 0) {
    stackUnderflow();
    conclude(false);
    return;
  }
  const a = linear(10, true);
  if (!probe(a, 10, true)) return;
  if (empty) stackUnderflow();
  conclude(false);
  write64(a, empty ? 0xc000_0000_0000_0000 : stHigh(0));
  write16(a + 8, empty ? INDEFINITE_TOP : stTop(0));
  pops(1);
}

function copyRegister(count: u32): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) underflowResult(i(), count);
  else {
    conclude(false);
    setSt(i(), stTop(0), stHigh(0));
    pops(count);
  }
}
export function fst_STi(): void { copyRegister(0); }
export function fstp_STi(): void { copyRegister(1); }
/** As FSTP, but an empty source is no exception: nothing is copied then. */
export function fstpnce(): void {
  if (!x87Ready()) return;
  conclude(false);
  if (!isEmpty(0)) setSt(i(), stTop(0), stHigh(0));
  pops(1);
}

export function fxch(): void {
  if (!x87Ready()) return;
  const empty0 = isEmpty(0), emptyI = isEmpty(i());
  if (empty0 || emptyI) stackUnderflow();
  if (!conclude(false)) return;
  const top0 = empty0 ? INDEFINITE_TOP : stTop(0), high0: u64 = empty0 ? 0xc000_0000_0000_0000 : stHigh(0);
  if (emptyI) setIndefinite(0);
  else setSt(0, stTop(i()), stHigh(i()));
  setSt(i(), top0, high0);
}

/** Condition codes of Jcc: B 2, E 4, BE 6, U (parity) 10, and their opposites. */
function move(code: u32): void {
  if (!x87Ready()) return;
  if (isEmpty(0) || isEmpty(i())) {
    underflowResult(0, 0);
    return;
  }
  concludeKeeping();
  if (condition(code)) setSt(0, stTop(i()), stHigh(i()));
}
export function fcmovb(): void { move(2); }
export function fcmovnb(): void { move(3); }
export function fcmove(): void { move(4); }
export function fcmovne(): void { move(5); }
export function fcmovbe(): void { move(6); }
export function fcmovnbe(): void { move(7); }
export function fcmovu(): void { move(10); }
export function fcmovnu(): void { move(11); }
