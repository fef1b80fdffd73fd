/**
 * Integer instructions on general registers and memory, except branches, stack and strings.
 *
 * Source: Intel SDM vol. 2 (order number 325462-080). Handlers are generic over operand size and ModRM form.
 */
import type { Row } from '../row.ts';

/** The eight operations of the classic pattern: six one-byte opcodes and the digit of groups 80-83 (SDM vol. 2 table A-6). */
function arithmetic(name: string, digit: number, writes: string, extra: Partial<Row> = {}): Row[] {
  const low = name.toLowerCase();
  const opcode = (offset: number): string => (digit * 8 + offset).toString(16).toUpperCase().padStart(2, '0');
  const lock = name === 'CMP' ? {} : { lock: true as const };
  return [
    { name, code: `${opcode(0)} /r`, operands: 'Eb,Gb', handler: `${low}_E_G`, writes, ...lock, ...extra },
    { name, code: `${opcode(1)} /r`, operands: 'Ev,Gv', handler: `${low}_E_G`, writes, ...lock, ...extra },
    { name, code: `${opcode(2)} /r`, operands: 'Gb,Eb', handler: `${low}_G_E`, writes, ...extra },
    { name, code: `${opcode(3)} /r`, operands: 'Gv,Ev', handler: `${low}_G_E`, writes, ...extra },
    { name, code: `${opcode(4)} ib`, operands: 'AL,Ib', handler: `${low}_A_I`, writes, ...extra },
    { name, code: `${opcode(5)} iz`, operands: 'rAX,Iz', handler: `${low}_A_I`, writes, ...extra },
    { name, code: `80 /${digit} ib`, operands: 'Eb,Ib', handler: `${low}_E_I`, writes, ...lock, ...extra },
    { name, code: `81 /${digit} iz`, operands: 'Ev,Iz', handler: `${low}_E_I`, writes, ...lock, ...extra },
    { name, code: `82 /${digit} ib`, operands: 'Eb,Ib', handler: `${low}_E_I`, mode: 'legacy', writes, ...lock, ...extra },
    { name, code: `83 /${digit} ib`, operands: 'Ev,Ib', handler: `${low}_E_I`, writes, ...lock, ...extra },
  ];
}

/** Groups C0, C1, D0-D3: by an immediate, by 1, by CL. */
function shift(name: string, digit: number, writes: string, reads?: string): Row[] {
  const low = name === 'SAL' ? 'shl' : name.toLowerCase();
  const flags = reads === undefined ? { writes, undefined: 'a' } : { writes, reads };
  return [
    { name, code: `C0 /${digit} ib`, operands: 'Eb,Ib', handler: `${low}_E_I`, ...flags },
    { name, code: `C1 /${digit} ib`, operands: 'Ev,Ib', handler: `${low}_E_I`, ...flags },
    { name, code: `D0 /${digit}`, operands: 'Eb,1', handler: `${low}_E_1`, ...flags },
    { name, code: `D1 /${digit}`, operands: 'Ev,1', handler: `${low}_E_1`, ...flags },
    { name, code: `D2 /${digit}`, operands: 'Eb,CL', handler: `${low}_E_CL`, ...flags },
    { name, code: `D3 /${digit}`, operands: 'Ev,CL', handler: `${low}_E_CL`, ...flags },
  ];
}

/** Condition codes in encoding order with the flags they read (SDM vol. 1 appendix B). */
export const CONDITIONS: readonly (readonly [string, string])[] = [
  ['O', 'o'], ['NO', 'o'], ['B', 'c'], ['AE', 'c'], ['Z', 'z'], ['NZ', 'z'], ['BE', 'cz'], ['A', 'cz'],
  ['S', 's'], ['NS', 's'], ['P', 'p'], ['NP', 'p'], ['L', 'so'], ['GE', 'so'], ['LE', 'szo'], ['G', 'szo'],
];
const conditional = (row: (name: string, code: number, reads: string) => Row): Row[] =>
  CONDITIONS.map(([name, reads], code) => row(name, code, reads));
const byte = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

const ALL = 'oszapc';

export const INTEGER: readonly Row[] = [
  ...arithmetic('ADD', 0, ALL),
  ...arithmetic('OR', 1, 'oszpc', { undefined: 'a' }),
  ...arithmetic('ADC', 2, ALL, { reads: 'c' }),
  ...arithmetic('SBB', 3, ALL, { reads: 'c' }),
  ...arithmetic('AND', 4, 'oszpc', { undefined: 'a' }),
  ...arithmetic('SUB', 5, ALL),
  ...arithmetic('XOR', 6, 'oszpc', { undefined: 'a' }),
  ...arithmetic('CMP', 7, ALL),

  { name: 'TEST', code: '84 /r', operands: 'Eb,Gb', handler: 'test_E_G', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: '85 /r', operands: 'Ev,Gv', handler: 'test_E_G', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: 'A8 ib', operands: 'AL,Ib', handler: 'test_A_I', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: 'A9 iz', operands: 'rAX,Iz', handler: 'test_A_I', writes: 'oszpc', undefined: 'a' },
  // Manual: F6 /1 and F7 /1 are not documented by Intel but are TEST on every processor (AMD APM vol. 3 appendix A).
  { name: 'TEST', code: 'F6 /0 ib', operands: 'Eb,Ib', handler: 'test_E_I', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: 'F6 /1 ib', operands: 'Eb,Ib', handler: 'test_E_I', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: 'F7 /0 iz', operands: 'Ev,Iz', handler: 'test_E_I', writes: 'oszpc', undefined: 'a' },
  { name: 'TEST', code: 'F7 /1 iz', operands: 'Ev,Iz', handler: 'test_E_I', writes: 'oszpc', undefined: 'a' },
  { name: 'INC', code: 'FE /0', operands: 'Eb', handler: 'inc_E', lock: true, writes: 'oszap' },
  { name: 'INC', code: 'FF /0', operands: 'Ev', handler: 'inc_E', lock: true, writes: 'oszap' },
  { name: 'INC', code: '40 +r', operands: 'Zv', handler: 'inc_Z', mode: 'legacy', writes: 'oszap' },
  { name: 'DEC', code: 'FE /1', operands: 'Eb', handler: 'dec_E', lock: true, writes: 'oszap' },
  { name: 'DEC', code: 'FF /1', operands: 'Ev', handler: 'dec_E', lock: true, writes: 'oszap' },
  { name: 'DEC', code: '48 +r', operands: 'Zv', handler: 'dec_Z', mode: 'legacy', writes: 'oszap' },
  { name: 'NOT', code: 'F6 /2', operands: 'Eb', handler: 'not_E', lock: true },
  { name: 'NOT', code: 'F7 /2', operands: 'Ev', handler: 'not_E', lock: true },
  { name: 'NEG', code: 'F6 /3', operands: 'Eb', handler: 'neg_E', lock: true, writes: ALL },
  { name: 'NEG', code: 'F7 /3', operands: 'Ev', handler: 'neg_E', lock: true, writes: ALL },

  // Multiplication and division.
  { name: 'MUL', code: 'F6 /4', operands: 'Eb', handler: 'mul_Eb', writes: 'oc', undefined: 'szap' },
  { name: 'MUL', code: 'F7 /4', operands: 'Ev', handler: 'mul_E', writes: 'oc', undefined: 'szap' },
  { name: 'IMUL', code: 'F6 /5', operands: 'Eb', handler: 'imul_Eb', writes: 'oc', undefined: 'szap' },
  { name: 'IMUL', code: 'F7 /5', operands: 'Ev', handler: 'imul_E', writes: 'oc', undefined: 'szap' },
  { name: 'IMUL', code: '0F AF /r', operands: 'Gv,Ev', handler: 'imul_G_E', writes: 'oc', undefined: 'szap' },
  { name: 'IMUL', code: '69 /r iz', operands: 'Gv,Ev,Iz', handler: 'imul_G_E_I', writes: 'oc', undefined: 'szap' },
  { name: 'IMUL', code: '6B /r ib', operands: 'Gv,Ev,Ib', handler: 'imul_G_E_I', writes: 'oc', undefined: 'szap' },
  { name: 'DIV', code: 'F6 /6', operands: 'Eb', handler: 'div_Eb', undefined: ALL },
  { name: 'DIV', code: 'F7 /6', operands: 'Ev', handler: 'div_E', undefined: ALL },
  { name: 'IDIV', code: 'F6 /7', operands: 'Eb', handler: 'idiv_Eb', undefined: ALL },
  { name: 'IDIV', code: 'F7 /7', operands: 'Ev', handler: 'idiv_E', undefined: ALL },

  // Moves.
  { name: 'MOV', code: '88 /r', operands: 'Eb,Gb', handler: 'mov_E_G' },
  { name: 'MOV', code: '89 /r', operands: 'Ev,Gv', handler: 'mov_E_G' },
  { name: 'MOV', code: '8A /r', operands: 'Gb,Eb', handler: 'mov_G_E' },
  { name: 'MOV', code: '8B /r', operands: 'Gv,Ev', handler: 'mov_G_E' },
  { name: 'MOV', code: 'A0 io', operands: 'AL,Ob', handler: 'mov_A_O' },
  { name: 'MOV', code: 'A1 io', operands: 'rAX,Ov', handler: 'mov_A_O' },
  { name: 'MOV', code: 'A2 io', operands: 'Ob,AL', handler: 'mov_O_A' },
  { name: 'MOV', code: 'A3 io', operands: 'Ov,rAX', handler: 'mov_O_A' },
  { name: 'MOV', code: 'B0 +r ib', operands: 'Zb,Ib', handler: 'mov_Z_I' },
  { name: 'MOV', code: 'B8 +r iv', operands: 'Zv,Iv', handler: 'mov_Z_I' },
  { name: 'MOV', code: 'C6 /0 ib', operands: 'Eb,Ib', handler: 'mov_E_I' },
  { name: 'MOV', code: 'C7 /0 iz', operands: 'Ev,Iz', handler: 'mov_E_I' },
  { name: 'MOVZX', code: '0F B6 /r', operands: 'Gv,Eb', handler: 'movzx_G_Eb' },
  { name: 'MOVZX', code: '0F B7 /r', operands: 'Gv,Ew', handler: 'movzx_G_Ew' },
  { name: 'MOVSX', code: '0F BE /r', operands: 'Gv,Eb', handler: 'movsx_G_Eb' },
  { name: 'MOVSX', code: '0F BF /r', operands: 'Gv,Ew', handler: 'movsx_G_Ew' },
  { name: 'MOVSXD', code: '63 /r', operands: 'Gv,Ed', handler: 'movsxd_G_Ed', mode: '64' },
  { name: 'MOVBE', code: '0F 38 F0 /r mod!=3', operands: 'Gv,Mv', handler: 'movbe_G_M', feature: 'movbe' },
  { name: 'MOVBE', code: '0F 38 F1 /r mod!=3', operands: 'Mv,Gv', handler: 'movbe_M_G', feature: 'movbe' },
  { name: 'MOVNTI', code: 'NP 0F C3 /r mod!=3', operands: 'My,Gy', feature: 'sse2' },
  { name: 'LEA', code: '8D /r mod!=3', operands: 'Gv,M', handler: 'lea' },
  { name: 'XLAT', code: 'D7', handler: 'xlat' },
  { name: 'BSWAP', code: '0F C8 +r', operands: 'Zv', handler: 'bswap_Z' },
  { name: 'CBW', code: '98', handler: 'cbw', size: 'v' },
  { name: 'CWD', code: '99', handler: 'cwd', size: 'v' },

  // Exchanges.
  { name: 'XCHG', code: '86 /r', operands: 'Eb,Gb', handler: 'xchg_E_G', lock: true },
  { name: 'XCHG', code: '87 /r', operands: 'Ev,Gv', handler: 'xchg_E_G', lock: true },
  { name: 'XCHG', code: '90 +r', operands: 'Zv,rAX', handler: 'xchg_Z_A' },
  { name: 'PAUSE', code: 'F3 90', handler: 'pause' },
  { name: 'XADD', code: '0F C0 /r', operands: 'Eb,Gb', handler: 'xadd_E_G', lock: true, writes: ALL },
  { name: 'XADD', code: '0F C1 /r', operands: 'Ev,Gv', handler: 'xadd_E_G', lock: true, writes: ALL },
  { name: 'CMPXCHG', code: '0F B0 /r', operands: 'Eb,Gb', handler: 'cmpxchg_E_G', lock: true, writes: ALL },
  { name: 'CMPXCHG', code: '0F B1 /r', operands: 'Ev,Gv', handler: 'cmpxchg_E_G', lock: true, writes: ALL },
  { name: 'CMPXCHG8B', code: '0F C7 /1 mod!=3 W0', operands: 'Mq', handler: 'cmpxchg8b', lock: true, feature: 'cx8', writes: 'z' },
  { name: 'CMPXCHG16B', code: '0F C7 /1 mod!=3 W1', operands: 'Mdq', handler: 'cmpxchg16b', lock: true, feature: 'cx16', writes: 'z' },

  // Shifts and rotates.
  ...shift('ROL', 0, 'oc', ''),
  ...shift('ROR', 1, 'oc', ''),
  ...shift('RCL', 2, 'oc', 'c'),
  ...shift('RCR', 3, 'oc', 'c'),
  ...shift('SHL', 4, 'oszpc'),
  ...shift('SHR', 5, 'oszpc'),
  // Manual: /6 is not documented by Intel; every processor does SHL (AMD APM vol. 3 appendix A).
  ...shift('SAL', 6, 'oszpc'),
  ...shift('SAR', 7, 'oszpc'),
  { name: 'SHLD', code: '0F A4 /r ib', operands: 'Ev,Gv,Ib', handler: 'shld_E_G_I', writes: 'oszpc', undefined: 'a' },
  { name: 'SHLD', code: '0F A5 /r', operands: 'Ev,Gv,CL', handler: 'shld_E_G_CL', writes: 'oszpc', undefined: 'a' },
  { name: 'SHRD', code: '0F AC /r ib', operands: 'Ev,Gv,Ib', handler: 'shrd_E_G_I', writes: 'oszpc', undefined: 'a' },
  { name: 'SHRD', code: '0F AD /r', operands: 'Ev,Gv,CL', handler: 'shrd_E_G_CL', writes: 'oszpc', undefined: 'a' },

  // Bits.
  { name: 'BT', code: '0F A3 /r', operands: 'Ev,Gv', handler: 'bt_E_G', writes: 'c', undefined: 'osap' },
  { name: 'BTS', code: '0F AB /r', operands: 'Ev,Gv', handler: 'bts_E_G', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BTR', code: '0F B3 /r', operands: 'Ev,Gv', handler: 'btr_E_G', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BTC', code: '0F BB /r', operands: 'Ev,Gv', handler: 'btc_E_G', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BT', code: '0F BA /4 ib', operands: 'Ev,Ib', handler: 'bt_E_I', writes: 'c', undefined: 'osap' },
  { name: 'BTS', code: '0F BA /5 ib', operands: 'Ev,Ib', handler: 'bts_E_I', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BTR', code: '0F BA /6 ib', operands: 'Ev,Ib', handler: 'btr_E_I', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BTC', code: '0F BA /7 ib', operands: 'Ev,Ib', handler: 'btc_E_I', lock: true, writes: 'c', undefined: 'osap' },
  { name: 'BSF', code: '0F BC /r', operands: 'Gv,Ev', handler: 'bsf', writes: 'z', undefined: 'osapc' },
  { name: 'BSR', code: '0F BD /r', operands: 'Gv,Ev', handler: 'bsr', writes: 'z', undefined: 'osapc' },
  { name: 'TZCNT', code: 'F3 0F BC /r', operands: 'Gv,Ev', handler: 'tzcnt', feature: 'bmi1', writes: 'zc', undefined: 'osap' },
  { name: 'LZCNT', code: 'F3 0F BD /r', operands: 'Gv,Ev', handler: 'lzcnt', feature: 'lzcnt', writes: 'zc', undefined: 'osap' },
  { name: 'POPCNT', code: 'F3 0F B8 /r', operands: 'Gv,Ev', handler: 'popcnt_G_E', feature: 'popcnt', writes: ALL },
  { name: 'CRC32', code: 'F2 0F 38 F0 /r', operands: 'Gy,Eb', handler: 'crc32_Eb', feature: 'sse4.2' },
  { name: 'CRC32', code: 'F2 0F 38 F1 /r', operands: 'Gy,Ev', size: 'v', handler: 'crc32_E', feature: 'sse4.2' },
  { name: 'ADCX', code: '66 0F 38 F6 /r', operands: 'Gy,Ey', handler: 'adcx', feature: 'adx', reads: 'c', writes: 'c' },
  { name: 'ADOX', code: 'F3 0F 38 F6 /r', operands: 'Gy,Ey', handler: 'adox', feature: 'adx', reads: 'o', writes: 'o' },

  // BMI1 and BMI2.
  { name: 'ANDN', code: 'VEX.LZ.0F38 F2 /r', operands: 'Gy,By,Ey', feature: 'bmi1', writes: 'oszc', undefined: 'ap' },
  { name: 'BLSR', code: 'VEX.LZ.0F38 F3 /1', operands: 'By,Ey', feature: 'bmi1', writes: 'oszc', undefined: 'ap' },
  { name: 'BLSMSK', code: 'VEX.LZ.0F38 F3 /2', operands: 'By,Ey', feature: 'bmi1', writes: 'oszc', undefined: 'ap' },
  { name: 'BLSI', code: 'VEX.LZ.0F38 F3 /3', operands: 'By,Ey', feature: 'bmi1', writes: 'oszc', undefined: 'ap' },
  { name: 'BZHI', code: 'VEX.LZ.0F38 F5 /r', operands: 'Gy,Ey,By', feature: 'bmi2', writes: 'oszc', undefined: 'ap' },
  { name: 'PEXT', code: 'VEX.LZ.F3.0F38 F5 /r', operands: 'Gy,By,Ey', feature: 'bmi2' },
  { name: 'PDEP', code: 'VEX.LZ.F2.0F38 F5 /r', operands: 'Gy,By,Ey', feature: 'bmi2' },
  { name: 'MULX', code: 'VEX.LZ.F2.0F38 F6 /r', operands: 'Gy,By,Ey', feature: 'bmi2' },
  { name: 'BEXTR', code: 'VEX.LZ.0F38 F7 /r', operands: 'Gy,Ey,By', feature: 'bmi1', writes: 'ozc', undefined: 'sap' },
  { name: 'SHLX', code: 'VEX.LZ.66.0F38 F7 /r', operands: 'Gy,Ey,By', feature: 'bmi2' },
  { name: 'SARX', code: 'VEX.LZ.F3.0F38 F7 /r', operands: 'Gy,Ey,By', feature: 'bmi2' },
  { name: 'SHRX', code: 'VEX.LZ.F2.0F38 F7 /r', operands: 'Gy,Ey,By', feature: 'bmi2' },
  { name: 'RORX', code: 'VEX.LZ.F2.0F3A F0 /r ib', operands: 'Gy,Ey,Ib', feature: 'bmi2' },

  // Conditional moves and sets.
  ...conditional((name, code, reads) => ({ name: `CMOV${name}`, code: `0F ${byte(0x40 + code)} /r`, operands: 'Gv,Ev', feature: 'cmov', reads })),
  ...conditional((name, code, reads) => ({ name: `SET${name}`, code: `0F ${byte(0x90 + code)} /r`, operands: 'Eb', reads })),

  // Flags.
  { name: 'CLC', code: 'F8', writes: 'c' },
  { name: 'STC', code: 'F9', writes: 'c' },
  { name: 'CMC', code: 'F5', reads: 'c', writes: 'c' },
  { name: 'CLD', code: 'FC' },
  { name: 'STD', code: 'FD' },
  { name: 'LAHF', code: '9F', reads: 'szapc' },
  { name: 'SAHF', code: '9E', writes: 'szapc' },

  // Decimal arithmetic, outside 64-bit mode only.
  { name: 'DAA', code: '27', mode: 'legacy', reads: 'ac', writes: 'szapc', undefined: 'o' },
  { name: 'DAS', code: '2F', mode: 'legacy', reads: 'ac', writes: 'szapc', undefined: 'o' },
  { name: 'AAA', code: '37', mode: 'legacy', reads: 'a', writes: 'ac', undefined: 'oszp' },
  { name: 'AAS', code: '3F', mode: 'legacy', reads: 'a', writes: 'ac', undefined: 'oszp' },
  { name: 'AAM', code: 'D4 ib', operands: 'Ib', mode: 'legacy', writes: 'szp', undefined: 'oac' },
  { name: 'AAD', code: 'D5 ib', operands: 'Ib', mode: 'legacy', writes: 'szp', undefined: 'oac' },
  // Manual: SALC is not documented; AL becomes 0 or FF by CF on every processor.
  { name: 'SALC', code: 'D6', mode: 'legacy', reads: 'c' },

  // Hints that mean nothing here, ENDBR among them (prefetches and fences stand with SSE).
  { name: 'NOP', code: '0F 0D /r', operands: 'Ev', handler: 'nop' },
  // Memory is accessed in program order here, so ordering it takes no work.
  { name: 'LFENCE', code: 'NP 0F AE /5 mod=3', handler: 'nop', feature: 'sse2' },
  { name: 'MFENCE', code: 'NP 0F AE /6 mod=3', handler: 'nop', feature: 'sse2' },
  { name: 'SFENCE', code: 'NP 0F AE /7 mod=3', handler: 'nop', feature: 'sse' },
  { name: 'CLFLUSH', code: 'NP 0F AE /7 mod!=3', operands: 'Mb', feature: 'clflush' },
  { name: 'CLFLUSHOPT', code: '66 0F AE /7 mod!=3', operands: 'Mb', feature: 'clflushopt' },
  { name: 'CLWB', code: '66 0F AE /6 mod!=3', operands: 'Mb', feature: 'clwb' },
  ...[0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f].map((code): Row => ({ name: 'NOP', code: `0F ${byte(code)} /r`, operands: 'Ev', handler: 'nop' })),
];
