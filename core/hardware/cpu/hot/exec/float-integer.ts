// x87 stores of integers and packed decimals, and loading of decimals (SDM vol. 1 §8.3.3, §4.7).
//
// What does not fit, NaNs, infinities and unsupported encodings are invalid operations; masked, they store the "integer
// indefinite" (the most negative number) or the "decimal indefinite".
import { linear } from '../operands';
import { probe, read16, read64, write16, write32, write64 } from '../memory';
import { faulted } from '../raise';
import {
  copyNumber, Exception, exceptions, inexact, increased, Kind, kindOf, LEFT, RESULT, Rounding, setExceptions, setIncreased, signal, signOf,
} from '../softfloat';
import { integerFits, integerMagnitude, packedHigh, packedTop, packExtended, unpackInteger } from '../softfloat-formats';
import { canPush, conclude, isEmpty, pops, push, rounding, stackOverflow, stackUnderflow, unmaskedFloat, unpackSt, x87Ready } from '../x87';

/** Whether the last `convert` found a number that fits; its magnitude is integerMagnitude. */
let fits: bool = false;
let negative: bool = false;

/** Rounds ST(0) to an integer of `width` bits and signals. False: an unmasked exception forbids the store. */
function convert(width: u32, mode: u32): bool {
  fits = false;
  setIncreased(false);
  if (isEmpty(0)) stackUnderflow();
  else {
    unpackSt(LEFT, 0);
    fits = kindOf(LEFT) <= <u32>Kind.finite && integerFits(LEFT, width, mode);
    if (!fits) signal(Exception.invalid);
    else if (inexact) signal(Exception.precision);
    negative = signOf(LEFT) != 0;
  }
  return (exceptions & unmaskedFloat() & Exception.before) == 0;
}

/** The operand, seen to be writable; if an exception forbids the store, memory is not looked at. */
function targetUnless(good: bool, size: u32): u64 {
  if (!good) return 0;
  const a = linear(size, true);
  if (!probe(a, size, true)) setExceptions(0);
  return a;
}

function storeInteger(size: u32, mode: u32, count: u32): void {
  const a = targetUnless(convert(size << 3, mode), size);
  if (faulted() || !conclude(fits && increased)) return;
  const magnitude: u64 = fits ? integerMagnitude : <u64>1 << ((size << 3) - 1);
  const value = fits && negative ? 0 - magnitude : magnitude;
  if (size == 2) write16(a, value & 0xffff);
  else if (size == 4) write32(a, value & 0xffff_ffff);
  else write64(a, value);
  pops(count);
}
export function fist_Mw(): void { if (x87Ready()) storeInteger(2, rounding(), 0); }
export function fist_Md(): void { if (x87Ready()) storeInteger(4, rounding(), 0); }
export function fistp_Mw(): void { if (x87Ready()) storeInteger(2, rounding(), 1); }
export function fistp_Md(): void { if (x87Ready()) storeInteger(4, rounding(), 1); }
export function fistp_Mq(): void { if (x87Ready()) storeInteger(8, rounding(), 1); }
export function fisttp_Mw(): void { if (x87Ready()) storeInteger(2, Rounding.chop, 1); }
export function fisttp_Md(): void { if (x87Ready()) storeInteger(4, Rounding.chop, 1); }
export function fisttp_Mq(): void { if (x87Ready()) storeInteger(8, Rounding.chop, 1); }

// Packed decimals: 18 digits, two to a byte, then the sign in the top bit of the tenth byte.
const DECIMAL_LIMIT: u64 = 1_000_000_000_000_000_000;
const DECIMAL_INDEFINITE_LOW: u64 = 0xc000_0000_0000_0000;
const DECIMAL_INDEFINITE_HIGH: u64 = 0xffff;

/** Digits that are not decimal count as their value (undefined by the manual). */
export function fbld(): void {
  if (!x87Ready()) return;
  const a = linear(10, false);
  const low = read64(a), high = <u32>read16(a + 8);
  if (faulted()) return;
  if (!canPush()) {
    stackOverflow();
    return;
  }
  let value: u64 = (high >> 4 & 15) * 10 + (high & 15);
  for (let shift: i32 = 60; shift >= 0; shift -= 4) value = value * 10 + (low >> shift & 15);
  unpackInteger(LEFT, <i64>value);
  copyNumber(RESULT, LEFT);
  packExtended(64, Rounding.nearest, 0);
  conclude(false);
  push(packedTop | high & 0x8000, packedHigh);
}

export function fbstp(): void {
  if (!x87Ready()) return;
  const a = targetUnless(convertDecimal(), 10);
  if (faulted() || !conclude(fits && increased)) return;
  if (fits) {
    let digits: u64 = 0, rest = integerMagnitude;
    for (let shift: u32 = 0; shift < 64; shift += 4) {
      digits |= rest % 10 << shift;
      rest /= 10;
    }
    write64(a, digits);
    write16(a + 8, rest % 10 | rest / 10 << 4 | (negative ? 0x8000 : 0));
  } else {
    write64(a, DECIMAL_INDEFINITE_LOW);
    write16(a + 8, DECIMAL_INDEFINITE_HIGH);
  }
  pops(1);
}

function convertDecimal(): bool {
  if (!convert(64, rounding())) return false;
  if (!fits || integerMagnitude < DECIMAL_LIMIT) return true;
  fits = false;
  setExceptions(exceptions & ~Exception.precision | Exception.invalid);
  return (unmaskedFloat() & Exception.invalid) == 0;
}
