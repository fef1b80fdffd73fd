/** A kernel that draws on the framebuffer of its boot information and reads the keyboard: both ends of a screen. */
import { expect, it } from 'vitest';
import { concatenate } from '../base/bytes.ts';
import { elf, multibootHeader } from '../guests/boot/testing/kernels.ts';
import { hotWasm } from '../hardware/testing/hot-wasm.ts';
import { bytesOf } from '../hardware/testing/program.ts';
import { bareWorld } from './bare.ts';
import { boardScreen } from './board-screen.ts';

/** Multiboot flag 2: the kernel wants a video mode. */
const HEADER = multibootHeader(4);
const ENTRY = 0x10_0000 + HEADER.length;
const [WIDTH, HEIGHT] = [320, 200];

function draws(code: string) {
  const world = bareWorld({
    wasm: hotWasm(),
    memoryBytes: 16 * 2 ** 20,
    cpus: 1,
    frequency: 1e9,
    kernel: {
      name: 'kernel',
      bytes: elf({ bits: 32, address: 0x10_0000, entry: ENTRY, code: concatenate([HEADER, bytesOf(code)]) }),
    },
    initrd: undefined,
    modules: [],
    commandLine: '',
    codecs: { gzip: (bytes) => bytes, zstd: (bytes) => bytes },
    serial: { write: () => undefined, onData: () => undefined },
    epoch: 0,
    screen: { width: WIDTH, height: HEIGHT },
    engine: { memoryBytes: 128 * 2 ** 20 },
  });
  const screen = boardScreen(world.board);
  if (screen === undefined) throw new Error('no screen');
  return { world, screen };
}

// mov edi, [ebx + 88] (address); imul eax, [ebx + 96] (pitch), 10; add edi, eax; mov [edi + 8], 00ff8000h
const PAINT = '8b 7b 58  6b 43 60 0a  01 c7  c7 47 08 00 80 ff 00';
// in al, 64h; test al, 1; jz back; in al, 60h; mov [edi + 12], al
const KEY = 'e4 64 a8 01 74 fa e4 60 88 47 0c';

it('shows the rows that changed, and hands over keys', () => {
  const { world, screen } = draws(`${PAINT} ${KEY} fa f4`);
  expect(screen.changes()).toMatchObject({ from: 0, count: HEIGHT });
  world.run(10_000);
  const painted = screen.changes();
  expect(painted).toMatchObject({ from: 10, count: 1 });
  expect([...(painted?.pixels.subarray(8, 12) ?? [])]).toEqual([0xff, 0x80, 0, 0xff]);
  expect(screen.changes()).toBeUndefined();
  screen.key('Digit1', true);
  world.run(20_000);
  expect(screen.changes()?.pixels[14]).toBe(2);
});
