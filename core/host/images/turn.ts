/** One process at a time makes an image: the others wait for it, and then find the image made. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileRefusal } from '../files.ts';

/** Milliseconds between two looks whether the other is done. */
const LOOK_EVERY = 100;

const markOf = (dataFolder: string, name: string): string => join(dataFolder, 'images', `.${name}.making`);

/**
 * Does the work when nobody else does such work for the image. Blocks its thread until then.
 * @param waits told once if somebody else is at it
 */
export function inTurn<T>(dataFolder: string, name: string, waits: () => void, work: () => T): T {
  const mark = markOf(dataFolder, name);
  mkdirSync(join(dataFolder, 'images'), { recursive: true });
  let told = false;
  while (!taken(mark)) {
    if (!told) waits();
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY);
  }
  try {
    return work();
  } finally {
    rmSync(mark, { force: true });
  }
}

/** A thread of this process that was at work was ended from outside, and could not tidy up. */
export function abandonTurn(dataFolder: string, name: string): void {
  const mark = markOf(dataFolder, name);
  if (ownerOf(mark) === process.pid) rmSync(mark, { force: true });
}

function taken(mark: string): boolean {
  try {
    writeFileSync(mark, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileRefusal(mark, error);
  }
  // Left behind by a process that was killed.
  const owner = ownerOf(mark);
  if (owner !== undefined && !lives(owner)) rmSync(mark, { force: true });
  return false;
}

/** Undefined: nobody's, or not yet written. */
function ownerOf(mark: string): number | undefined {
  try {
    return Number(readFileSync(mark, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
