/** The command line as a person meets it: wrong usage is told apart from failure, and nothing shows a stack trace. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textBytes } from '../base/bytes.ts';
import { elf, multibootHeader } from '../guests/boot/testing/kernels.ts';

const root = resolve(import.meta.dirname, '../..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function blanket(...words: string[]): { status: number | null; out: string; err: string } {
  const result = spawnSync(process.execPath, ['tools/blanket.js', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, BLANKET_HOME: folder },
    input: '',
    timeout: 250_000,
  });
  expect(result.stderr).not.toMatch(/^\s+at /m);
  return { status: result.status, out: result.stdout, err: result.stderr };
}

function kernelFile(name: string, code: readonly number[]): string {
  const path = join(folder, name);
  const body = new Uint8Array(64 + code.length);
  body.set(multibootHeader(0));
  body.set(code, 64);
  writeFileSync(path, elf({ bits: 32, address: 0x10_0000, entry: 0x10_0040, code: body }));
  return path;
}

/** mov dx, port; mov al, value; out dx, al */
const out = (port: number, value: number): number[] => [0x66, 0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];

describe('usage', () => {
  it('is explained on request', () => {
    for (const words of [
      ['--help'],
      ['boot', '--help'],
      ['images', '--help'],
      ['images', 'prepare', '--help'],
      ['images', 'import', '--help'],
    ]) {
      const { status, out: text } = blanket(...words);
      expect([words.join(' '), status]).toEqual([words.join(' '), 0]);
      expect(text).toMatch(/Usage: blanket/);
    }
  });

  it('that is wrong ends with status 2', () => {
    for (const words of [
      [],
      ['nonsense'],
      ['boot', '--nonsense'],
      ['boot', '--memory', '1.5'],
      ['boot', '--vcpus', '17'],
      ['boot', '--on', 'moon'],
      ['images', 'import', 'x'],
    ]) {
      const { status, err } = blanket(...words);
      expect([words.join(' '), status]).toEqual([words.join(' '), 2]);
      expect(err).not.toBe('');
    }
  });
});

describe('failures', () => {
  it('end with status 1, a message and a remedy', () => {
    writeFileSync(join(folder, 'text'), textBytes('no kernel at all '.repeat(100)));
    for (const words of [
      ['boot', '--kernel', join(folder, 'absent')],
      ['boot', '--kernel', folder],
      ['boot', '--kernel', join(folder, 'text')],
      ['boot', '--image', 'absent'],
      ['images', 'show', 'absent'],
      ['images', 'show', '../x'],
    ]) {
      const { status, err } = blanket(...words);
      expect([words.join(' '), status]).toEqual([words.join(' '), 1]);
      expect(err).toMatch(/^blanket: .+\n.+\n$/);
    }
  });
});

describe('boot', () => {
  it('gives the console and the exit status of the guest', () => {
    const path = kernelFile('hello', [...out(0x3f8, 0x68), ...out(0x3f8, 0x69), ...out(0xf4, 0x10), 0xf4]);
    expect(blanket('boot', '--kernel', path)).toMatchObject({ status: 0x21, out: 'hi' });
  });

  it('ends with 124 when a guest that loops runs out of time', () => {
    const path = kernelFile('loop', [0xfa, 0xeb, 0xfe]);
    const { status, err } = blanket('boot', '--kernel', path, '--timeout', '0.5');
    expect(status).toBe(124);
    expect(err).toMatch(/time is over/);
  });

  it('ends with 1 and the registers when a guest crashes, or sleeps for ever', () => {
    const crash = blanket('boot', '--kernel', kernelFile('crash', [0x0f, 0x0b]));
    expect(crash.status).toBe(1);
    expect(crash.err).toMatch(/crashed[\s\S]*rip 0x0*100040/);
    const sleep = blanket('boot', '--kernel', kernelFile('sleep', [0xfa, 0xf4]));
    expect(sleep.status).toBe(1);
    expect(sleep.err).toMatch(/nothing can wake it/);
  });
});

describe('images', () => {
  it('are imported, listed, shown, and found damaged', () => {
    const kernel = kernelFile('own', [...out(0xf4, 1), 0xf4]);
    expect(blanket('images', 'list').out).toMatch(/no images yet/);
    expect(blanket('images', 'import', 'own', '--kernel', kernel).status).toBe(0);
    expect(JSON.parse(blanket('images', 'list', '--format', 'json').out)).toHaveLength(1);
    expect(blanket('boot', '--image', 'own').status).toBe(3);
    const shown = JSON.parse(blanket('images', 'show', 'own', '--format', 'json').out) as { folder: string; intact: boolean };
    expect(shown.intact).toBe(true);
    writeFileSync(join(shown.folder, 'kernel'), 'damaged');
    expect(blanket('images', 'show', 'own').out).toMatch(/damaged/);
    expect(blanket('boot', '--image', 'own').err).toMatch(/not what was imported/);
  });
});
