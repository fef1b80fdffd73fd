/**
 * String instructions; INS and OUTS stand with the port instructions.
 *
 * Source: Intel SDM vol. 2 (order number 325462-080).
 */
import type { Row } from '../row.ts';

export const STRING: readonly Row[] = [
  { name: 'MOVS', code: 'A4', operands: 'Yb,Xb', handler: 'movs' },
  { name: 'MOVS', code: 'A5', operands: 'Yv,Xv', handler: 'movs' },
  { name: 'CMPS', code: 'A6', operands: 'Xb,Yb', handler: 'cmps', writes: 'oszapc' },
  { name: 'CMPS', code: 'A7', operands: 'Xv,Yv', handler: 'cmps', writes: 'oszapc' },
  { name: 'STOS', code: 'AA', operands: 'Yb,AL', handler: 'stos' },
  { name: 'STOS', code: 'AB', operands: 'Yv,rAX', handler: 'stos' },
  { name: 'LODS', code: 'AC', operands: 'AL,Xb', handler: 'lods' },
  { name: 'LODS', code: 'AD', operands: 'rAX,Xv', handler: 'lods' },
  { name: 'SCAS', code: 'AE', operands: 'AL,Yb', handler: 'scas', writes: 'oszapc' },
  { name: 'SCAS', code: 'AF', operands: 'rAX,Yv', handler: 'scas', writes: 'oszapc' },
];
