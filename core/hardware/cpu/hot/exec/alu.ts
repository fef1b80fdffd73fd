// ADD OR ADC SBB AND SUB XOR CMP TEST INC DEC NOT NEG.
//
// Each operation is one inline function on values; the exported handlers are its operand patterns:
// E_G (destination in ModRM.rm), G_E, A_I (accumulator, immediate), E_I.
import { faulted } from '../raise';
import { carry, Kind, setFlags, setLogicFlags } from '../flags';
import { commitE, isMemory, modifyE, readE, readG, register, setRegister, writeG } from '../operands';
import { Op, op, opImmediate } from '../state';

@inline function addT<T>(l: T, r: T): T { const s = <T>(l + r); setFlags<T>(Kind.add, l, r, s); return s; }
@inline function adcT<T>(l: T, r: T): T { const s = <T>(l + r + <T>carry()); setFlags<T>(Kind.adc, l, r, s); return s; }
@inline function subT<T>(l: T, r: T): T { const s = <T>(l - r); setFlags<T>(Kind.sub, l, r, s); return s; }
@inline function sbbT<T>(l: T, r: T): T { const s = <T>(l - r - <T>carry()); setFlags<T>(Kind.sbb, l, r, s); return s; }
@inline function andT<T>(l: T, r: T): T { const s = <T>(l & r); setLogicFlags<T>(s); return s; }
@inline function orT<T>(l: T, r: T): T { const s = <T>(l | r); setLogicFlags<T>(s); return s; }
@inline function xorT<T>(l: T, r: T): T { const s = <T>(l ^ r); setLogicFlags<T>(s); return s; }

/** The read of a memory operand failed; for register forms false at compile time. */
@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }

export function add_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(addT<T>(l, readG<T>())); }
export function add_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(addT<T>(readG<T>(), r)); }
export function add_A_I<T>(): void { setRegister<T>(0, addT<T>(register<T>(0), <T>opImmediate())); }
export function add_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(addT<T>(l, <T>opImmediate())); }

export function or_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(orT<T>(l, readG<T>())); }
export function or_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(orT<T>(readG<T>(), r)); }
export function or_A_I<T>(): void { setRegister<T>(0, orT<T>(register<T>(0), <T>opImmediate())); }
export function or_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(orT<T>(l, <T>opImmediate())); }

export function adc_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(adcT<T>(l, readG<T>())); }
export function adc_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(adcT<T>(readG<T>(), r)); }
export function adc_A_I<T>(): void { setRegister<T>(0, adcT<T>(register<T>(0), <T>opImmediate())); }
export function adc_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(adcT<T>(l, <T>opImmediate())); }

export function sbb_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(sbbT<T>(l, readG<T>())); }
export function sbb_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(sbbT<T>(readG<T>(), r)); }
export function sbb_A_I<T>(): void { setRegister<T>(0, sbbT<T>(register<T>(0), <T>opImmediate())); }
export function sbb_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(sbbT<T>(l, <T>opImmediate())); }

export function and_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(andT<T>(l, readG<T>())); }
export function and_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(andT<T>(readG<T>(), r)); }
export function and_A_I<T>(): void { setRegister<T>(0, andT<T>(register<T>(0), <T>opImmediate())); }
export function and_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(andT<T>(l, <T>opImmediate())); }

export function sub_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(subT<T>(l, readG<T>())); }
export function sub_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(subT<T>(readG<T>(), r)); }
export function sub_A_I<T>(): void { setRegister<T>(0, subT<T>(register<T>(0), <T>opImmediate())); }
export function sub_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(subT<T>(l, <T>opImmediate())); }

export function xor_E_G<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(xorT<T>(l, readG<T>())); }
export function xor_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) writeG<T>(xorT<T>(readG<T>(), r)); }
export function xor_A_I<T>(): void { setRegister<T>(0, xorT<T>(register<T>(0), <T>opImmediate())); }
export function xor_E_I<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(xorT<T>(l, <T>opImmediate())); }

export function cmp_E_G<T, F>(): void { const l = readE<T, F>(); if (!failed<F>()) subT<T>(l, readG<T>()); }
export function cmp_G_E<T, F>(): void { const r = readE<T, F>(); if (!failed<F>()) subT<T>(readG<T>(), r); }
export function cmp_A_I<T>(): void { subT<T>(register<T>(0), <T>opImmediate()); }
export function cmp_E_I<T, F>(): void { const l = readE<T, F>(); if (!failed<F>()) subT<T>(l, <T>opImmediate()); }

export function test_E_G<T, F>(): void { const l = readE<T, F>(); if (!failed<F>()) andT<T>(l, readG<T>()); }
export function test_A_I<T>(): void { andT<T>(register<T>(0), <T>opImmediate()); }
export function test_E_I<T, F>(): void { const l = readE<T, F>(); if (!failed<F>()) andT<T>(l, <T>opImmediate()); }

// INC and DEC keep CF.
@inline function incT<T>(l: T): T { const s = <T>(l + 1); setFlags<T>(Kind.inc, l, <T>carry(), s); return s; }
@inline function decT<T>(l: T): T { const s = <T>(l - 1); setFlags<T>(Kind.dec, l, <T>carry(), s); return s; }

export function inc_E<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(incT<T>(l)); }
export function inc_Z<T>(): void { const i = load<u8>(op, Op.reg); setRegister<T>(i, incT<T>(register<T>(i))); }
export function dec_E<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(decT<T>(l)); }
export function dec_Z<T>(): void { const i = load<u8>(op, Op.reg); setRegister<T>(i, decT<T>(register<T>(i))); }
export function not_E<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(<T>~l); }
export function neg_E<T, F>(): void { const l = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(subT<T>(0, l)); }
