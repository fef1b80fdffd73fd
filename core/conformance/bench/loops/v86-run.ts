/** `v86-run.ts KERNEL MiB`: runs a Multiboot kernel in v86 with its serial port on standard output, until it has told its result. */
import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';
import { Listener } from './kernel.ts';

const [kernel = '', memory = '64'] = process.argv.slice(2);
const bytes = readFileSync(kernel);
const listener = new Listener<number>();
const STANDARD_OUTPUT = 1;

const emulator = new V86({
  wasm_path: fileURLToPath(new URL('v86.wasm', import.meta.resolve('v86'))),
  memory_size: Number(memory) * 2 ** 20,
  vga_memory_size: 2 ** 20,
  multiboot: { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  autostart: true,
});

emulator.add_listener('serial0-output-byte', (byte: number) => {
  const text = String.fromCharCode(byte);
  writeSync(STANDARD_OUTPUT, text);
  listener.hear(text, 0);
  // At once: what follows is a write to the debug-exit port, which v86 answers by an exception.
  if (listener.told !== undefined) process.exit(0);
});
