/**
 * Near branches and the stack.
 *
 * Source: Intel SDM vol. 2 (order number 325462-080). Manual: near branches ignore 66 in 64-bit mode, as Intel's processors do.
 */
import type { Row } from '../row.ts';
import { CONDITIONS } from './integer.table.ts';

const byte = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

export const CONTROL: readonly Row[] = [
  ...CONDITIONS.flatMap(([name, reads], code): Row[] => [
    { name: `J${name}`, code: `${byte(0x70 + code)} ib`, operands: 'Jb', size: 'f64', reads, endsBlock: true },
    { name: `J${name}`, code: `0F ${byte(0x80 + code)} iz`, operands: 'Jz', size: 'f64', reads, endsBlock: true },
  ]),
  { name: 'JMP', code: 'EB ib', operands: 'Jb', handler: 'jmp_J', size: 'f64', endsBlock: true },
  { name: 'JMP', code: 'E9 iz', operands: 'Jz', handler: 'jmp_J', size: 'f64', endsBlock: true },
  { name: 'JMP', code: 'FF /4', operands: 'Ev', handler: 'jmp_E', size: 'f64', endsBlock: true },
  { name: 'CALL', code: 'E8 iz', operands: 'Jz', handler: 'call_J', size: 'f64', endsBlock: true },
  { name: 'CALL', code: 'FF /2', operands: 'Ev', handler: 'call_E', size: 'f64', endsBlock: true },
  { name: 'RET', code: 'C3', handler: 'ret', size: 'f64', endsBlock: true },
  { name: 'RET', code: 'C2 iw', operands: 'Iw', handler: 'ret_I', size: 'f64', endsBlock: true },
  { name: 'LOOPNE', code: 'E0 ib', operands: 'Jb', size: 'f64', reads: 'z', endsBlock: true },
  { name: 'LOOPE', code: 'E1 ib', operands: 'Jb', size: 'f64', reads: 'z', endsBlock: true },
  { name: 'LOOP', code: 'E2 ib', operands: 'Jb', size: 'f64', endsBlock: true },
  { name: 'JRCXZ', code: 'E3 ib', operands: 'Jb', size: 'f64', endsBlock: true },

  { name: 'PUSH', code: '50 +r', operands: 'Zv', handler: 'push_Z', size: 'd64' },
  { name: 'PUSH', code: '68 iz', operands: 'Iz', handler: 'push_I', size: 'd64' },
  { name: 'PUSH', code: '6A ib', operands: 'Ib', handler: 'push_I', size: 'd64' },
  { name: 'PUSH', code: 'FF /6', operands: 'Ev', handler: 'push_E', size: 'd64' },
  { name: 'POP', code: '58 +r', operands: 'Zv', handler: 'pop_Z', size: 'd64' },
  { name: 'POP', code: '8F /0', operands: 'Ev', handler: 'pop_E', size: 'd64' },
  { name: 'PUSHA', code: '60', mode: 'legacy', size: 'v' },
  { name: 'POPA', code: '61', mode: 'legacy', size: 'v' },
  { name: 'ENTER', code: 'C8 iw ib', operands: 'Iw,Ib', size: 'd64' },
  { name: 'LEAVE', code: 'C9', size: 'd64' },
  { name: 'BOUND', code: '62 /r mod!=3', operands: 'Gv,Ma', mode: 'legacy' },

  // Undefined on purpose.
  { name: 'UD2', code: '0F 0B', endsBlock: true },
  { name: 'UD1', code: '0F B9 /r', operands: 'Gv,Ev', endsBlock: true },
  { name: 'UD0', code: '0F FF /r', operands: 'Gv,Ev', endsBlock: true },
];
