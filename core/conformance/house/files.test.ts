/** Files have one subject: none is over 500 lines, and the first thing a file says is what it is. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const LONGEST = 500;

const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((name) => name !== '' && !name.includes('/gen/'));

describe('source files', () => {
  it(`stay within ${LONGEST} lines, tables aside`, () => {
    const long = files
      .filter((name) => !name.endsWith('.table.ts'))
      .filter((name) => readFileSync(join(root, name), 'utf8').split('\n').length > LONGEST + 1);
    expect(long).toEqual([]);
  });

  it('begin with a sentence that says what they are', () => {
    const silent = files.filter((name) => !/^(#!.*\n)?\/[/*]/.test(readFileSync(join(root, name), 'utf8')));
    expect(silent.filter((name) => !name.endsWith('.config.ts'))).toEqual([]);
  });
});
