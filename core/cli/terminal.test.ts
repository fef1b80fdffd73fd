/** The interactive terminal, in a pseudo-terminal as a person has it: keys reach the guest one by one, Ctrl-] leaves. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { elf, multibootHeader } from '../guests/boot/testing/kernels.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'blanket-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Receive and status register of the first serial port. */
const [DATA, STATUS] = [0x3f8, 0x3fd];
const port = (number: number): number[] => [0x66, 0xba, number & 0xff, number >> 8];
/** Says hi; then prints each byte it gets, plus one. */
const ECHO = [
  ...[...port(DATA), 0xb0, 0x68, 0xee, 0xb0, 0x69, 0xee],
  // wait: mov dx, STATUS; in al, dx; test al, 1; jz wait
  ...[...port(STATUS), 0xec, 0xa8, 0x01, 0x74, 0xf7],
  // mov dx, DATA; in al, dx; inc al; out dx, al; jmp wait
  ...[...port(DATA), 0xec, 0xfe, 0xc0, 0xee, 0xeb, 0xed],
];

function kernel(): string {
  const code = new Uint8Array(64 + ECHO.length);
  code.set(multibootHeader(0));
  code.set(ECHO, 64);
  const path = join(folder, 'echo');
  writeFileSync(path, elf({ bits: 32, address: 0x10_0000, entry: 0x10_0040, code }));
  return path;
}

it.each(['bare', 'kvm-hvm'])('passes keys to %s as they are typed, and leaves at Ctrl-]', async (machine) => {
  const command = `${process.execPath} tools/blanket.js boot --on ${machine} --kernel ${kernel()} --timeout 50; echo status=$?`;
  // util-linux: a pseudo-terminal around a shell, its keys our standard input.
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  let screen = '';
  const shown = (text: string): Promise<void> =>
    new Promise((done) => {
      const look = setInterval(() => {
        if (!screen.includes(text)) return;
        clearInterval(look);
        done();
      }, 20);
    });
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    screen += text;
  });
  await shown('hi');
  child.stdin.write('a');
  await shown('b');
  // In a cooked terminal these would end the program, or wait for the end of the line.
  child.stdin.write('\u0003x');
  await shown('\u0004y');
  child.stdin.write('\u001d');
  await shown('status=0');
  child.stdin.end();
  // What is typed is shown once, by the guest.
  expect(screen.startsWith('hib\u0004y')).toBe(true);
});
