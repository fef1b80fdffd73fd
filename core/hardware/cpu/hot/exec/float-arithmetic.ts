// x87 addition, subtraction, multiplication, division, and what works on one register (SDM vol. 1 §8.3.5).
//
// Operands are unpacked to LEFT and RIGHT, the result is rounded once under precision control.
import { linear } from '../operands';
import { read16, read32, read64 } from '../memory';
import { faulted } from '../raise';
import { opRm } from '../state';
import {
  calculate, copyNumber, Exception, exceptions, isDenormal, isNan, LEFT, Operation, RIGHT, signal, squareRoot,
} from '../softfloat';
import { unpackDouble, unpackInteger, unpackSingle } from '../softfloat-formats';
import { chooseNan, quietLeft } from '../x87-nan';
import {
  conclude, isEmpty, rounding, setSt, stHigh, storeResult, stTop, underflowResult, unpackSt, x87Ready,
} from '../x87';

/** LEFT operation RIGHT to RESULT. The denormal exception counts only if no other stops the operation (SDM vol. 1 §8.6). */
function operate(operation: u32): void {
  if (isNan(LEFT) || isNan(RIGHT)) {
    chooseNan();
    return;
  }
  calculate(operation, rounding());
  if (exceptions == 0 && (isDenormal(LEFT) || isDenormal(RIGHT))) signal(Exception.denormal);
}

/** ST(destination) = ST(left) operation ST(right), then `count` pops. */
function registers(operation: u32, left: u32, right: u32, destination: u32, count: u32): void {
  if (!x87Ready()) return;
  if (isEmpty(left) || isEmpty(right)) {
    underflowResult(destination, count);
    return;
  }
  unpackSt(LEFT, left);
  unpackSt(RIGHT, right);
  operate(operation);
  storeResult(destination, count);
}
@inline function i(): u32 { return opRm() & 7; }

export function fadd_ST_STi(): void { registers(Operation.add, 0, i(), 0, 0); }
export function fmul_ST_STi(): void { registers(Operation.multiply, 0, i(), 0, 0); }
export function fsub_ST_STi(): void { registers(Operation.subtract, 0, i(), 0, 0); }
export function fsubr_ST_STi(): void { registers(Operation.subtract, i(), 0, 0, 0); }
export function fdiv_ST_STi(): void { registers(Operation.divide, 0, i(), 0, 0); }
export function fdivr_ST_STi(): void { registers(Operation.divide, i(), 0, 0, 0); }
export function fadd_STi_ST(): void { registers(Operation.add, i(), 0, i(), 0); }
export function fmul_STi_ST(): void { registers(Operation.multiply, i(), 0, i(), 0); }
export function fsub_STi_ST(): void { registers(Operation.subtract, i(), 0, i(), 0); }
export function fsubr_STi_ST(): void { registers(Operation.subtract, 0, i(), i(), 0); }
export function fdiv_STi_ST(): void { registers(Operation.divide, i(), 0, i(), 0); }
export function fdivr_STi_ST(): void { registers(Operation.divide, 0, i(), i(), 0); }
export function faddp(): void { registers(Operation.add, i(), 0, i(), 1); }
export function fmulp(): void { registers(Operation.multiply, i(), 0, i(), 1); }
export function fsubp(): void { registers(Operation.subtract, i(), 0, i(), 1); }
export function fsubrp(): void { registers(Operation.subtract, 0, i(), i(), 1); }
export function fdivp(): void { registers(Operation.divide, i(), 0, i(), 1); }
export function fdivrp(): void { registers(Operation.divide, 0, i(), i(), 1); }

// Memory operands: unpacked to RIGHT; the reversed forms swap.
/** ST(0) = ST(0) operation RIGHT, or RIGHT operation ST(0). Only after the operand was read. */
function memory(operation: u32, reversed: bool): void {
  if (faulted()) return;
  if (isEmpty(0)) {
    underflowResult(0, 0);
    return;
  }
  if (reversed) {
    copyNumber(LEFT, RIGHT);
    unpackSt(RIGHT, 0);
  } else unpackSt(LEFT, 0);
  operate(operation);
  storeResult(0, 0);
}
@inline function single(): void { unpackSingle(RIGHT, <u32>read32(linear(4, false))); }
@inline function double(): void { unpackDouble(RIGHT, read64(linear(8, false))); }
@inline function integer16(): void { unpackInteger(RIGHT, <i64><i16>read16(linear(2, false))); }
@inline function integer32(): void { unpackInteger(RIGHT, <i64><i32>read32(linear(4, false))); }

export function fadd_Md(): void { if (x87Ready()) { single(); memory(Operation.add, false); } }
export function fmul_Md(): void { if (x87Ready()) { single(); memory(Operation.multiply, false); } }
export function fsub_Md(): void { if (x87Ready()) { single(); memory(Operation.subtract, false); } }
export function fsubr_Md(): void { if (x87Ready()) { single(); memory(Operation.subtract, true); } }
export function fdiv_Md(): void { if (x87Ready()) { single(); memory(Operation.divide, false); } }
export function fdivr_Md(): void { if (x87Ready()) { single(); memory(Operation.divide, true); } }
export function fadd_Mq(): void { if (x87Ready()) { double(); memory(Operation.add, false); } }
export function fmul_Mq(): void { if (x87Ready()) { double(); memory(Operation.multiply, false); } }
export function fsub_Mq(): void { if (x87Ready()) { double(); memory(Operation.subtract, false); } }
export function fsubr_Mq(): void { if (x87Ready()) { double(); memory(Operation.subtract, true); } }
export function fdiv_Mq(): void { if (x87Ready()) { double(); memory(Operation.divide, false); } }
export function fdivr_Mq(): void { if (x87Ready()) { double(); memory(Operation.divide, true); } }
export function fiadd_Md(): void { if (x87Ready()) { integer32(); memory(Operation.add, false); } }
export function fimul_Md(): void { if (x87Ready()) { integer32(); memory(Operation.multiply, false); } }
export function fisub_Md(): void { if (x87Ready()) { integer32(); memory(Operation.subtract, false); } }
export function fisubr_Md(): void { if (x87Ready()) { integer32(); memory(Operation.subtract, true); } }
export function fidiv_Md(): void { if (x87Ready()) { integer32(); memory(Operation.divide, false); } }
export function fidivr_Md(): void { if (x87Ready()) { integer32(); memory(Operation.divide, true); } }
export function fiadd_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.add, false); } }
export function fimul_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.multiply, false); } }
export function fisub_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.subtract, false); } }
export function fisubr_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.subtract, true); } }
export function fidiv_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.divide, false); } }
export function fidivr_Mw(): void { if (x87Ready()) { integer16(); memory(Operation.divide, true); } }

export function fsqrt(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) {
    underflowResult(0, 0);
    return;
  }
  unpackSt(LEFT, 0);
  if (isNan(LEFT)) quietLeft();
  else {
    squareRoot();
    if (exceptions == 0 && isDenormal(LEFT)) signal(Exception.denormal);
  }
  storeResult(0, 0);
}

// Sign changes look at no bit but the sign, so they take any encoding.
function setSign(change: u32, keep: u32): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) underflowResult(0, 0);
  else {
    conclude(false);
    setSt(0, stTop(0) & keep ^ change, stHigh(0));
  }
}
export function fchs(): void { setSign(0x8000, 0xffff); }
export function fabs(): void { setSign(0, 0x7fff); }
