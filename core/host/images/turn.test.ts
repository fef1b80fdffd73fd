/** Images are made by one process at a time; one that was killed keeps nobody waiting. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { abandonTurn, inTurn } from './turn.ts';

/** No process has this number: Linux gives out at most 2^22. */
const NOBODY = 2 ** 22 + 1;
let folder = '';
let mark = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-turn-'));
  mkdirSync(join(folder, 'images'));
  mark = join(folder, 'images', '.default.making');
});
afterEach(() => rmSync(folder, { recursive: true }));

const never = (): void => expect.unreachable('nobody else is at it');

it('works at once when nobody else does, and leaves nothing behind', () => {
  expect(inTurn(folder, 'default', never, () => existsSync(mark))).toBe(true);
  expect(() => inTurn(folder, 'default', never, () => JSON.parse('{'))).toThrow();
  expect(existsSync(mark)).toBe(false);
});

it('waits for the other, and says so once', () => {
  writeFileSync(mark, String(process.pid));
  spawn('sh', ['-c', `sleep 0.4; rm ${mark}`]);
  let told = 0;
  expect(
    inTurn(
      folder,
      'default',
      () => told++,
      () => 'done',
    ),
  ).toBe('done');
  expect(told).toBe(1);
});

it('does not wait for a process that is gone', () => {
  writeFileSync(mark, String(NOBODY));
  expect(
    inTurn(
      folder,
      'default',
      () => undefined,
      () => 'done',
    ),
  ).toBe('done');
});

it('is given up for a thread of this process, and for no other', () => {
  writeFileSync(mark, String(process.pid));
  abandonTurn(folder, 'default');
  expect(existsSync(mark)).toBe(false);
  writeFileSync(mark, String(NOBODY));
  abandonTurn(folder, 'default');
  expect(existsSync(mark)).toBe(true);
});
