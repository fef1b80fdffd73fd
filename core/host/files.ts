/** Files of a person, read and written so that what goes wrong is told in words. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from '../base/refusal.ts';

const PIECE = 2 ** 18;

const REASONS: Readonly<Record<string, { reason: string; remedy: string }>> = {
  ENOENT: { reason: 'does not exist', remedy: 'Check the path.' },
  EACCES: { reason: 'may not be read', remedy: 'Change its permissions, or use a copy.' },
  EISDIR: { reason: 'is a folder', remedy: 'Name the file itself.' },
  ENOSPC: { reason: 'cannot be written: the disk is full', remedy: 'Free some space and try again.' },
};

export function fileRefusal(path: string, error: unknown): Refusal {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known = REASONS[code];
  return new Refusal(
    'file',
    `${path} ${known?.reason ?? `cannot be used (${code || String(error)})`}.`,
    known?.remedy ?? 'Check the path and the disk.',
    { cause: error },
  );
}

/** @throws Refusal */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileRefusal(path, error);
  }
}

/** A file as text, piece by piece; closed when the reader stops. @throws Refusal */
export async function* textPieces(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: PIECE });
  try {
    for await (const piece of stream) yield String(piece);
  } catch (error) {
    throw fileRefusal(path, error);
  } finally {
    stream.destroy();
  }
}

/** Writes beside the file and renames, so that nobody ever sees half of it. @throws Refusal */
export function writeWhole(path: string, bytes: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileRefusal(path, error);
  }
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
