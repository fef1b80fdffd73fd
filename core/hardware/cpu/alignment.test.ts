/** #AC: accesses of ring 3 that are not aligned, while CR0.AM and RFLAGS.AC are set (SDM vol. 3, 6.15). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Kernel, kernel, USER_CODE } from '../testing/kernel.ts';

const ALIGNMENT_MASK = 0x8005_0033n;
/** push 40002h; popf: RFLAGS.AC. */
const CHECK = '68 02 00 04 00 9d';
const BEHIND = USER_CODE + 6;

function user(code: string, at: number): Kernel {
  const k = kernel('user', code);
  k.context.writeSystem('cr0', ALIGNMENT_MASK);
  k.context.registers[3] = BigInt(at);
  k.context.registers[7] = BigInt(at);
  k.context.registers[6] = BigInt(DATA + 0x800);
  k.context.registers[1] = 4n;
  return k;
}

describe('alignment check', () => {
  it.each([
    ['MOV r16', '66 8b 03', 1],
    ['MOV r32', '8b 03', 2],
    ['MOV r64', '48 8b 03', 4],
    ['MOV to memory', '89 03', 1],
    ['ADD to memory', '01 03', 2],
    ['LOCK INC', 'f0 ff 03', 1],
    ['PUSH from a stack that is not aligned', '48 83 c4 01 50', 0],
    ['REP MOVSD', 'f3 a5', 2],
  ])('%s', (_name, code, offset) => {
    const k = user(`${CHECK} ${code}`, DATA + offset);
    expect(k.trapped()).toMatchObject({ vector: 17, error: 0, cs: 0x33 });
  });

  it('is no matter of bytes, of aligned data, of ring 0, or without AC or AM', () => {
    const hlt = { vector: 13 };
    expect(user(`${CHECK} 8a 03 f4`, DATA + 1).trapped()).toMatchObject({ ...hlt, rip: BEHIND + 2 });
    expect(user(`${CHECK} 48 8b 03 f4`, DATA + 8).trapped()).toMatchObject({ ...hlt, rip: BEHIND + 3 });
    expect(user('8b 03 f4', DATA + 1).trapped()).toMatchObject({ ...hlt, rip: USER_CODE + 2 });
    const unmasked = user(`${CHECK} 8b 03 f4`, DATA + 1);
    unmasked.context.writeSystem('cr0', 0x8001_0033n);
    expect(unmasked.trapped()).toMatchObject({ ...hlt, rip: BEHIND + 2 });
    const inner = kernel('long', `${CHECK} 8b 03 f4`);
    inner.context.writeSystem('cr0', ALIGNMENT_MASK);
    inner.context.registers[3] = BigInt(DATA + 1);
    expect(inner.run()).toEqual({ kind: 'halt' });
    expect(Number(inner.context.rip)).toBe(CODE + 9);
  });

  it('begins with the POPF, also for a page that was reached before', () => {
    const k = user(`8b 03 89 03 ${CHECK} 8b 03`, DATA + 1);
    expect(k.trapped()).toMatchObject({ vector: 17, error: 0, rip: BEHIND + 4 });
  });
});
