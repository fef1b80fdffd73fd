/** Integer instructions on small programs: results, flags, and what is refused. The oracle compares with a real processor. */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, program, STACK } from '../testing/program.ts';

const END = '0f 0b'; // ud2
const [CF, PF, AF, ZF, SF, OF] = [1n, 4n, 0x10n, 0x40n, 0x80n, 0x800n];
const STATUS = CF | PF | AF | ZF | SF | OF;

/** Runs to the ud2 and says what registers and status flags are. */
function result(code: string, before: Record<number, bigint> = {}) {
  const p = program(code + END);
  for (const [index, value] of Object.entries(before)) p.context.registers[Number(index)] = value;
  const trap = p.run();
  expect(trap).toMatchObject({ kind: 'exception', vector: 6 });
  return { ...p, flags: p.context.rflags & STATUS };
}

describe('arithmetic', () => {
  it.each([
    ['add al, bl: carry out of bit 7', '00 d8', { 0: 0xffn, 3: 1n }, 0n, CF | PF | AF | ZF],
    ['add eax, ebx clears the upper half', '01 d8', { 0: ~0n & 0xffff_ffff_ffff_ffffn, 3: 2n }, 1n, CF | AF],
    ['add ax, bx leaves the upper bits', '66 01 d8', { 0: 0x1_ffffn, 3: 1n }, 0x1_0000n, CF | PF | AF | ZF],
    ['add rax, rbx: signed overflow', '48 01 d8', { 0: 0x7fff_ffff_ffff_ffffn, 3: 1n }, 1n << 63n, OF | SF | AF | PF],
    ['sub rax, rbx: borrow', '48 29 d8', { 0: 0n, 3: 1n }, 0xffff_ffff_ffff_ffffn, CF | PF | AF | SF],
    ['adc with carry in: the sum wraps to its operand', 'f9 48 11 d8', { 0: 5n, 3: 0xffff_ffff_ffff_ffffn }, 5n, CF | PF | AF],
    ['sbb of equal operands with borrow in', 'f9 48 19 c0', { 0: 5n }, 0xffff_ffff_ffff_ffffn, CF | PF | AF | SF],
    ['inc keeps CF', 'f9 48 ff c0', { 0: 0x7fff_ffff_ffff_ffffn }, 1n << 63n, CF | OF | SF | AF | PF],
    ['neg of 0 clears CF', '48 f7 d8', { 0: 0n }, 0n, ZF | PF],
    ['shl by 0 leaves flags', 'f9 b1 00 48 d3 e0', { 0: 1n }, 1n, CF],
    ['sar keeps the sign', '48 c1 f8 3f', { 0: 1n << 63n }, 0xffff_ffff_ffff_ffffn, PF | SF],
    ['rcl through carry', 'f9 48 d1 d0', { 0: 1n << 63n }, 1n, CF | OF],
    ['imul overflow', '48 0f af c3', { 0: 1n << 62n, 3: 4n }, 0n, CF | OF | ZF | PF],
    ['popcnt', 'f3 48 0f b8 c3', { 3: 0xf0f0n }, 8n, 0n],
    ['bsf of 0 keeps the destination', '48 0f bc c3', { 0: 7n, 3: 0n }, 7n, ZF | PF],
    ['mov ah, bl', '88 dc', { 0: 0n, 3: 0x12n }, 0x1200n, 0n],
    ['mov spl, bl with REX', '40 88 dc 48 89 e0', { 3: 0x10n }, BigInt(STACK) | 0x10n, 0n],
    ['crc32 eax, bl', 'f2 0f 38 f0 c3', { 0: 0n, 3: 0x61n }, 0x93ad_1061n, 0n],
    ['pdep', 'c4 e2 e3 f5 c1', { 3: 5n, 1: 0x1110n }, 0x1010n, 0n],
  ])('%s', (_name, code, before, rax, flags) => {
    const { register, flags: found } = result(code, before);
    expect(register(0)).toBe(rax);
    expect(found).toBe(flags);
  });

  it('multiplies and divides 128 bits', () => {
    const big = 0xfedc_ba98_7654_3210n;
    const p = result('48 f7 e3 48 f7 f3', { 0: big, 3: 0x1234_5678_9abc_def1n }); // mul rbx; div rbx
    expect(p.register(0)).toBe(big);
    expect(p.register(2)).toBe(0n);
  });

  it('divides negative numbers towards zero', () => {
    const p = result('48 99 48 f7 fb', { 0: BigInt.asUintN(64, -7n), 3: 2n }); // cqo; idiv rbx
    expect([p.register(0), p.register(2)]).toEqual([BigInt.asUintN(64, -3n), BigInt.asUintN(64, -1n)]);
  });

  it.each([
    ['division by zero', 'f7 f3', 0],
    ['a quotient that does not fit', '48 f7 fb', 0],
  ])('%s is #DE at the instruction', (_name, code, vector) => {
    const p = program(code);
    p.context.registers[2] = code.startsWith('48') ? 0x4000_0000_0000_0000n : 0n;
    p.context.registers[3] = code.startsWith('48') ? 1n : 0n;
    expect(p.run()).toMatchObject({ kind: 'exception', vector });
    expect(p.context.rip).toBe(BigInt(CODE));
  });
});

describe('encodings', () => {
  const refused = (code: string) => program(code).run();

  it('runs 15 bytes and refuses 16', () => {
    expect(refused(`${'66'.repeat(14)} 90 0f 0b`)).toMatchObject({ vector: 6 });
    const p = program(`${'66'.repeat(15)} 90`);
    expect(p.run()).toMatchObject({ vector: 13, errorCode: 0 });
    expect(p.context.instructions).toBe(0);
  });

  it('allows LOCK only with a memory destination of some instructions', () => {
    const locked = (code: string): number => {
      const p = program(`${code} 0f 0b`);
      p.context.registers[3] = BigInt(DATA);
      p.run();
      return Number(p.context.rip) - CODE;
    };
    expect(locked('f0 48 01 03')).toBe(4); // lock add [rbx], rax
    expect(locked('f0 48 01 c3')).toBe(0); // lock add rbx, rax
    expect(locked('f0 48 39 03')).toBe(0); // lock cmp [rbx], rax
    expect(locked('f0 48 89 03')).toBe(0); // lock mov [rbx], rax
  });

  it('takes the last of several prefixes and a REX only directly before the opcode', () => {
    const p = program('48 66 b8 34 12 0f 0b'); // the REX is dead: mov ax, 0x1234
    p.context.registers[0] = 0xffff_ffffn;
    p.run();
    expect(p.register(0)).toBe(0xffff_1234n);
  });

  it('wraps addresses at the address size', () => {
    const p = program('67 8b 43 02 0f 0b'); // mov eax, [ebx + 2]
    p.memory.writeU32(0, 0x55aa);
    p.context.registers[3] = 0xffff_fffen;
    p.run();
    expect(p.register(0)).toBe(0x55aan);
  });

  it('reports jumps that leave canonical space at the jump, stack references as #SS', () => {
    const jump = program('ff e0');
    jump.context.registers[0] = 0x8000_0000_0000n;
    expect(jump.run()).toMatchObject({ vector: 13 });
    expect(jump.context.rip).toBe(BigInt(CODE));
    const load = program('48 8b 00');
    load.context.registers[0] = 0x8000_0000_0000n;
    expect(load.run()).toMatchObject({ vector: 13 });
    const push = program('50');
    push.context.registers[4] = 0x8000_0000_0008n;
    expect(push.run()).toMatchObject({ vector: 12 });
  });
});
