// Comparison of single and double lanes: relation, predicates of CMPPS and its like, minimum and maximum (SDM vol. 2).
//
// A comparison of ordinary numbers raises nothing. Otherwise: a NaN makes the operands unordered and signals invalid
// operation if it is signalling, or if the comparison does so for quiet NaNs too; else a denormal signals its exception,
// or is zero under DAZ.
import { Exception, isDenormal, Kind, kindOf, LEFT, RIGHT, signal, isNan } from './softfloat';
import { loadDouble, loadSingle, Mxcsr, mxcsr, ordinary32, ordinary64 } from './vector-float';

/** One bit each, so that a predicate is a set of them. */
export const enum Relation { less = 1, equal = 2, greater = 4, unordered = 8 }

@inline function relation(a: f64, b: f64): u32 { return a < b ? Relation.less : a > b ? Relation.greater : Relation.equal; }

/** With LEFT and RIGHT unpacked: signals, and says whether they are ordered. */
function ordered(signalQuiet: bool): bool {
  if (isNan(LEFT) || isNan(RIGHT)) {
    if (signalQuiet || kindOf(LEFT) == Kind.signalling || kindOf(RIGHT) == Kind.signalling) signal(Exception.invalid);
    return false;
  }
  if (isDenormal(LEFT) || isDenormal(RIGHT)) signal(Exception.denormal);
  return true;
}

@inline function flushed64(n: usize, x: u64): f64 { return kindOf(n) == Kind.zero ? 0 : reinterpret<f64>(x); }
@inline function flushed32(n: usize, x: u32): f64 { return kindOf(n) == Kind.zero ? 0 : <f64>reinterpret<f32>(x); }

export function relate64(x: u64, y: u64, signalQuiet: bool): u32 {
  const a = reinterpret<f64>(x), b = reinterpret<f64>(y);
  if (ordinary64(a) && ordinary64(b)) return relation(a, b);
  loadDouble(LEFT, x);
  loadDouble(RIGHT, y);
  return ordered(signalQuiet) ? relation(flushed64(LEFT, x), flushed64(RIGHT, y)) : Relation.unordered;
}
export function relate32(x: u32, y: u32, signalQuiet: bool): u32 {
  const a = reinterpret<f32>(x), b = reinterpret<f32>(y);
  if (ordinary32(a) && ordinary32(b)) return relation(a, b);
  loadSingle(LEFT, x);
  loadSingle(RIGHT, y);
  return ordered(signalQuiet) ? relation(flushed32(LEFT, x), flushed32(RIGHT, y)) : Relation.unordered;
}

/** Relations that satisfy the predicates EQ LT LE UNORD NEQ NLT NLE ORD, four bits each from the right. */
const SATISFIED: u32 = 0x7_c_e_d_8_3_1_2;
/** LT, LE, NLT, NLE signal quiet NaNs. */
const SIGNALS_QUIET: u32 = 0b0110_0110;

export function holds64(x: u64, y: u64, predicate: u32): bool {
  return (SATISFIED >> (predicate << 2) & relate64(x, y, (SIGNALS_QUIET >> predicate & 1) != 0)) != 0;
}
export function holds32(x: u32, y: u32, predicate: u32): bool {
  return (SATISFIED >> (predicate << 2) & relate32(x, y, (SIGNALS_QUIET >> predicate & 1) != 0)) != 0;
}

// Minimum and maximum: the second operand unless the first is truly smaller (larger), so for NaNs and two zeros too.
@inline function daz64(x: u64): u64 { return (mxcsr() & Mxcsr.daz) != 0 && (x & 0x7ff0_0000_0000_0000) == 0 ? x & 0x8000_0000_0000_0000 : x; }
@inline function daz32(x: u32): u32 { return (mxcsr() & Mxcsr.daz) != 0 && (x & 0x7f80_0000) == 0 ? x & 0x8000_0000 : x; }

export function minimum64(x: u64, y: u64): u64 { return daz64(relate64(x, y, true) == Relation.less ? x : y); }
export function maximum64(x: u64, y: u64): u64 { return daz64(relate64(x, y, true) == Relation.greater ? x : y); }
export function minimum32(x: u32, y: u32): u32 { return daz32(relate32(x, y, true) == Relation.less ? x : y); }
export function maximum32(x: u32, y: u32): u32 { return daz32(relate32(x, y, true) == Relation.greater ? x : y); }
