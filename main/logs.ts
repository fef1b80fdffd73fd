/** Log files of the application and of its processes: one line a happening, rotated by size. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST = 2 * 1024 * 1024;

export class Logs {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Never fails: a full disk must not stop the program. */
  write(source: string, text: string): void {
    const file = join(this.folder, `${source.replace(/[^\w.-]/g, '_')}.log`);
    try {
      appendFileSync(file, `${new Date().toISOString()} ${text.trimEnd()}\n`);
      if (statSync(file).size > LARGEST) renameSync(file, `${file}.1`);
    } catch {
      // The message is lost; the work goes on.
    }
  }

  /** The newest lines of one log. */
  tail(source: string, lines: number): string[] {
    try {
      return readFileSync(join(this.folder, `${source}.log`), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-lines);
    } catch {
      return [];
    }
  }
}
