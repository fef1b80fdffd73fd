/** Stores that are done for a guest come to what the processor makes of them. */
import { expect, it } from 'vitest';
import { random } from '../../../base/random.ts';
import { DATA, program } from '../../../hardware/testing/program.ts';
import { Register } from '../../../seams/machine.ts';
import { decode } from './decode.ts';
import { STATUS, storeEffect, storeSize } from './store-effects.ts';

const SEED = 20_261_128;
const CASES = 4000;
/** With ModRM; STOS has none. */
const OPCODES = [
  ...[0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x80, 0x86, 0x88, 0xc6].flatMap((opcode) => [[opcode], [opcode + 1]]),
  [0x83],
  ...[0xab, 0xb0, 0xb1, 0xb3, 0xba, 0xbb, 0xc0, 0xc1, 0xc7].map((opcode) => [0x0f, opcode]),
];
const STOS = [[0xaa], [0xab]];
/** BTS, BTR and BTC with a register, whose value beyond the operand would move the address. */
const BY_REGISTER = [0x0fab, 0x0fb3, 0x0fbb];
/** ModRM: memory at RDI, without displacement. */
const AT_RDI = 7;
/** Reserved bit 1, which is always set. */
const FLAGS = 2n;

it(`all forms, sizes and values (seed ${SEED})`, () => {
  const chance = random(SEED);
  const p = program('90');
  const { registers } = p.context;
  /** Often equal to each other, or of few bits, so that comparisons match and results are zero. */
  const value = (): bigint => (chance.chance(0.3) ? BigInt(chance.below(4)) - 1n : chance.u64()) & 0xffff_ffff_ffff_ffffn;
  const start = p.context.rip;
  const seen = new Set<number>();
  const wrong: string[] = [];
  for (let index = 0; index < CASES; index++) {
    const opcode = chance.pick([...OPCODES, ...STOS]);
    const string = opcode[0] === 0xaa || opcode[0] === 0xab;
    const prefixes = [
      ...(chance.chance(0.3) ? [0x66] : []),
      ...(chance.chance(0.5) ? [chance.pick([0x40, 0x44, 0x48, 0x4c])] : []),
    ];
    const modrm = string ? [] : [(chance.below(8) << 3) | AT_RDI];
    const bytes = Uint8Array.from([...prefixes, ...opcode, ...modrm, ...Array.from({ length: 4 }, () => chance.below(256))]);
    const decoded = decode(bytes) ?? expect.unreachable();
    for (let register = 0; register < 16; register++) registers[register] = value();
    registers[Register.rdi] = BigInt(DATA);
    const old = chance.chance(0.3) ? (registers[Register.rax] ?? 0n) : value();
    const flags = chance.u64() & STATUS;
    const size = storeSize(decoded) ?? expect.unreachable();
    if (BY_REGISTER.includes(decoded.opcode)) {
      if (decoded.reg === Register.rdi) continue;
      registers[decoded.reg] = BigInt(chance.below(8 * size));
    }
    const effect = storeEffect(decoded, BigInt.asUintN(8 * size, old), flags | FLAGS, registers);
    if (effect === undefined) continue;
    seen.add(decoded.opcode);
    const wanted = [...registers];
    for (const [register, written] of effect.registers ?? []) wanted[register] = written;

    p.memory.write(Number(start), bytes);
    p.memory.writeU64(DATA, old);
    p.context.rip = start;
    p.context.rflags = flags | FLAGS;
    expect(p.run(1)).toEqual({ kind: 'budget' });
    // RDI goes on with a string: that is not part of the store.
    if (string) wanted[Register.rdi] = registers[Register.rdi] ?? 0n;
    const stored = effect.value ?? BigInt.asUintN(8 * size, old);
    const memory = (old & ~BigInt.asUintN(8 * size, -1n)) | stored;
    const got = [p.memory.readU64(DATA), p.context.rflags & STATUS, p.context.rip - start, ...registers];
    const want = [memory, effect.flags ?? flags, BigInt(decoded.length), ...wanted];
    if (got.some((each, at) => each !== want[at]))
      wrong.push(
        `${Buffer.from(bytes).toString('hex')}: ${got.map((each) => each.toString(16))} instead of ${want.map((each) => each.toString(16))}`,
      );
  }
  expect(wrong).toEqual([]);
  expect(seen.size).toBe(OPCODES.length + STOS.length);
});
