/** Paging and faults: rights, accessed and dirty bits, restart, page crossings, self-modifying code, devices. */
import { describe, expect, it } from 'vitest';
import { bytesOf, CODE, DATA, frameOf, program } from '../testing/program.ts';

const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const NO_EXECUTE = 1n << 63n;
const entryAt = (address: number): number => 0x4000 + 8 * (address / 4096);

describe('page faults', () => {
  it('restart the instruction after the page was given', () => {
    const p = program('48 89 03 48 83 c1 01 0f 0b'); // mov [rbx], rax; add rcx, 1
    p.context.registers[0] = 0x1234n;
    p.context.registers[3] = BigInt(DATA + 0x10);
    p.page(DATA, 0n);
    expect(p.run()).toEqual({
      kind: 'exception',
      vector: 14,
      errorCode: 6,
      hasErrorCode: true,
      software: false,
      address: BigInt(DATA + 0x10),
    });
    expect([p.context.rip, p.context.instructions, p.register(1)]).toEqual([BigInt(CODE), 0, 0n]);
    p.page(DATA, PRESENT | WRITABLE | USER);
    expect(p.run()).toMatchObject({ vector: 6 });
    expect([p.read(DATA + 0x10, 8), p.register(1)]).toEqual([0x1234n, 1n]);
  });

  it.each([
    ['write to a read-only page', '48 89 03', PRESENT | USER, 7],
    ['read of a supervisor page', '48 8b 03', PRESENT | WRITABLE, 5],
    ['read-modify-write of an absent page', '48 01 03', 0n, 6],
    ['reserved bit', '48 8b 03', PRESENT | USER | (1n << 50n), 0xd],
    ['jump to a no-execute page', 'ff e3', PRESENT | USER | NO_EXECUTE, 0x15],
  ])('%s', (_name, code, entry, errorCode) => {
    const p = program(code);
    p.context.registers[3] = BigInt(DATA);
    p.page(DATA, entry);
    expect(p.run()).toMatchObject({ vector: 14, errorCode, address: BigInt(DATA) });
  });

  it('of a crossing store write nothing', () => {
    const p = program('48 89 03');
    p.context.registers[0] = 0xffff_ffff_ffff_ffffn;
    p.context.registers[3] = BigInt(DATA + 0xffc);
    p.page(DATA + 0x1000, PRESENT | USER);
    expect(p.run()).toMatchObject({ vector: 14, errorCode: 7, address: BigInt(DATA + 0x1000) });
    expect(p.read(DATA + 0xffc, 4)).toBe(0n);
  });

  it('of a fetch name the second page if only that is missing', () => {
    const p = program('ff e3');
    p.load(DATA + 0xffe, '48 c7 c0 01 00 00 00');
    p.context.registers[3] = BigInt(DATA + 0xffe);
    p.page(DATA + 0x1000, 0n);
    expect(p.run()).toMatchObject({ vector: 14, errorCode: 0x14, address: BigInt(DATA + 0x1000) });
    expect(p.context.rip).toBe(BigInt(DATA + 0xffe));
  });
});

describe('translation', () => {
  it('sets accessed on a read and dirty on a write', () => {
    const p = program('48 8b 03 0f 0b 48 89 03 0f 0b');
    p.context.registers[3] = BigInt(DATA);
    p.run();
    expect(p.memory.readU64(entryAt(DATA)) & 0x60n).toBe(0x20n);
    p.context.rip += 2n;
    p.run();
    expect(p.memory.readU64(entryAt(DATA)) & 0x60n).toBe(0x60n);
  });

  it('joins accesses that cross a page', () => {
    const p = program('48 89 03 48 8b 0b 0f 0b');
    p.context.registers[0] = 0x1122_3344_5566_7788n;
    p.context.registers[3] = BigInt(DATA + 0xffb);
    p.run();
    expect(p.register(1)).toBe(0x1122_3344_5566_7788n);
    expect(p.read(DATA + 0x1000, 2)).toBe(0x2233n);
  });

  it('passes device accesses with their width', () => {
    const p = program('8b 03 66 89 43 04 0f 0b'); // mov eax, [rbx]; mov [rbx + 4], ax
    p.context.registers[3] = 0x2000_0000n;
    p.device.value = 0xcafen;
    p.run();
    expect(p.register(0)).toBe(0xcafen);
    expect(p.device.log).toEqual(['read 20000000 4', 'write 20000004 2 cafe']);
  });

  it('answers translate as an access would', () => {
    const p = program('0f 0b');
    p.page(DATA, PRESENT | USER);
    expect(p.context.translate(BigInt(DATA + 5), 'read')).toEqual({ address: BigInt(DATA + 5) });
    expect(p.context.translate(BigInt(DATA), 'write')).toEqual({ fault: { errorCode: 7, address: BigInt(DATA) } });
  });

  it('keeps two sets of translations with a root each', () => {
    const p = program('48 8b 03 0f 0b');
    p.context.registers[3] = BigInt(DATA);
    p.memory.writeU64(DATA, 1n);
    p.context.selectTranslations(1);
    expect(p.context.readSystem('cr3')).toBe(0n);
    p.context.writeSystem('cr3', 0x1000n);
    p.run();
    expect(p.register(0)).toBe(1n);
    p.context.selectTranslations(0);
    expect(p.context.readSystem('cr3')).toBe(0x1000n);
  });
});

describe('self-modifying code', () => {
  it('sees a store to the next instruction', () => {
    // mov byte [rip + 1], 7: the immediate of the mov that follows.
    const p = program('c6 05 01 00 00 00 07 b0 01 0f 0b');
    for (let round = 0; round < 3; round++) {
      p.context.rip = BigInt(CODE);
      p.memory.write(CODE + 8, Uint8Array.of(1));
      p.run();
      expect(p.register(0)).toBe(7n);
    }
  });

  it('sees code written by the host and by another mapping', () => {
    const p = program('b0 01 0f 0b');
    p.run();
    p.memory.write(CODE + 1, Uint8Array.of(9));
    p.context.rip = BigInt(CODE);
    p.run();
    expect(p.register(0)).toBe(9n);
  });

  it('keeps data beside code cheap and right', () => {
    // loop: inc qword [rip + 0x100]; loop
    const p = program('48 ff 05 f9 00 00 00 e2 f7 0f 0b');
    p.context.registers[1] = 1000n;
    p.run();
    expect(p.read(CODE + 0x100, 8)).toBe(1000n);
  });

  it('survives an instruction that overwrites itself', () => {
    // mov dword [rip - 10], 0x90909090: its own first bytes; the second time they are nops.
    const p = program('c7 05 f6 ff ff ff 90 90 90 90 0f 0b');
    p.run();
    expect(p.read(CODE, 4)).toBe(0x9090_9090n);
  });
});

describe('memory of a machine', () => {
  it('costs nothing until it is written', () => {
    const p = program('48 8b 03 48 89 0b 0f 0b');
    const before = p.memory.usage().privateFrames;
    p.context.registers[3] = BigInt(DATA);
    p.run();
    expect(p.memory.usage().privateFrames).toBe(before + 1);
    expect(p.memory.isPrivate(frameOf(DATA))).toBe(true);
    expect(p.memory.isPrivate(frameOf(DATA + 0x1000))).toBe(false);
  });

  it('shares frames until one side writes', () => {
    const p = program('48 8b 03 48 ff 06 48 8b 0b 48 8b 16 0f 0b'); // mov rax,[rbx]; inc [rsi]; mov rcx,[rbx]; mov rdx,[rsi]
    p.memory.writeU64(DATA, 41n);
    p.memory.share(frameOf(DATA), frameOf(DATA + 0x1000));
    expect(p.memory.usage().sharedFrames).toBe(2);
    p.context.registers[3] = BigInt(DATA);
    p.context.registers[6] = BigInt(DATA + 0x1000);
    p.run();
    expect([p.register(0), p.register(1), p.register(2)]).toEqual([41n, 41n, 42n]);
  });

  it('shows what was shared, written or discarded while the CPU did not run', () => {
    const p = program('48 8b 03 0f 0b'); // mov rax, [rbx]
    const seen = (): bigint => {
      p.context.rip = BigInt(CODE);
      p.run();
      return p.register(0);
    };
    p.memory.writeU64(DATA, 1n);
    p.memory.writeU64(DATA + 0x1000, 2n);
    p.context.registers[3] = BigInt(DATA);
    expect(seen()).toBe(1n);
    p.memory.share(frameOf(DATA + 0x1000), frameOf(DATA));
    expect(seen()).toBe(2n);
    p.memory.writeU64(DATA, 3n);
    expect(seen()).toBe(3n);
    expect(p.memory.readU64(DATA + 0x1000)).toBe(2n);
    p.memory.discard(frameOf(DATA));
    expect(seen()).toBe(0n);
  });

  it('shows a first write through every translation that had shown zeroes', () => {
    // mov rax, [rbx]; mov rdx, [rcx]; mov byte [rbx], 5; mov rsi, [rcx]
    const p = program('48 8b 03  48 8b 11  c6 03 05  48 8b 31  0f 0b');
    const alias = DATA + 0x1000;
    p.memory.writeU64(entryAt(alias), BigInt(DATA) | PRESENT | WRITABLE | USER);
    p.context.registers[3] = BigInt(DATA);
    p.context.registers[1] = BigInt(alias);
    p.run();
    expect([p.register(0), p.register(2), p.register(6)]).toEqual([0n, 0n, 5n]);
  });

  it('shows a write after the frame was discarded while it held nothing', () => {
    const p = program('48 8b 03  0f 0b  c6 03 05  48 8b 03  0f 0b');
    p.context.registers[3] = BigInt(DATA);
    p.run();
    p.memory.discard(frameOf(DATA));
    p.context.rip += 2n;
    p.run();
    expect(p.register(0)).toBe(5n);
  });

  it('forgets what is discarded, code included', () => {
    const p = program('ff e3');
    p.load(DATA, 'b0 05 0f 0b');
    p.context.registers[3] = BigInt(DATA);
    p.run();
    expect(p.register(0)).toBe(5n);
    p.memory.discard(frameOf(DATA));
    p.context.rip = BigInt(CODE);
    p.context.registers[0] = 0n;
    // add [rax], al as far as zeroes go: faults at address 0 being writable, so it runs on; give it a page to end at.
    p.page(DATA + 0x1000, 0n);
    expect(p.run()).toMatchObject({ vector: 14, address: BigInt(DATA + 0x1000) });
    expect(p.memory.read(DATA, 4)).toEqual(bytesOf('00 00 00 00'));
  });
});
