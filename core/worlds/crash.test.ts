/** What a person reads when a kernel crashes. */
import { expect, it } from 'vitest';
import { concatenate } from '../base/bytes.ts';
import { elf, multibootHeader } from '../guests/boot/testing/kernels.ts';
import { hotWasm } from '../hardware/testing/hot-wasm.ts';
import { bytesOf } from '../hardware/testing/program.ts';
import { bareWorld } from './bare.ts';
import { crashReport } from './crash.ts';

const HEADER = multibootHeader(0);
const ENTRY = 0x10_0000 + HEADER.length;

/** A Multiboot kernel of 32-bit code behind its header. */
function crashed(code: string): string[] {
  const image = concatenate([HEADER, bytesOf(code)]);
  const world = bareWorld({
    wasm: hotWasm(),
    memoryBytes: 16 * 2 ** 20,
    cpus: 1,
    frequency: 1e9,
    kernel: { name: 'kernel', bytes: elf({ bits: 32, address: 0x10_0000, entry: ENTRY, code: image }) },
    initrd: undefined,
    modules: [],
    commandLine: '',
    codecs: { gzip: () => new Uint8Array(0), zstd: () => new Uint8Array(0) },
    serial: { write: () => undefined, onData: () => undefined },
    epoch: 0,
    engine: { memoryBytes: 128 * 2 ** 20 },
  });
  expect(world.run(1e6)).toMatchObject({ kind: 'ended', outcome: { kind: 'crash' } });
  return crashReport(world);
}

it('tells the faults that led to a triple fault, and the instructions before', () => {
  // mov esp, 0x90000; xor eax, eax; jmp to the next; mov ebx, 0x12345678; ud2
  const report = crashed('bc 00 00 09 00  31 c0  eb 00  bb 78 56 34 12  0f 0b').join('\n');
  expect(report).toContain('CPU 0, shut down, after 4 instructions');
  expect(report).toContain('32-bit code');
  expect(report).toContain('rbx 0x0000000012345678');
  expect(report).toContain('exceptions by vector 6: 1');
  expect(report).toContain('#UD at 0x000000000010003e');
  expect(report).toContain('#DF error 0x0 at 0x000000000010003e');
  expect(report).toContain('0x0000000000100039: mov ebx, 0x12345678');
  expect(report).toContain('0x000000000010003e: ud2');
  expect(report).toContain('next ud2  (0f 0b');
});

it('shows the stack', () => {
  // mov esp, 0x90000; push 0x12345678; ud2
  expect(crashed('bc 00 00 09 00 68 78 56 34 12 0f 0b').join('\n')).toMatch(/stack\n {4}0x12345678 /);
});
