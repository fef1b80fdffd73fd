/** Processor time and memory of a process and all its descendants, from /proc (proc(5)): Linux. */
import { readFileSync } from 'node:fs';

/** USER_HZ is 100 on every Linux a Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface Usage {
  /** Of processor time since the start, user and system. */
  readonly seconds: number;
  /** Resident and not shared with others, 10^6 bytes. */
  readonly megabytes: number;
}

export function usageOf(root: number): Usage {
  let seconds = 0;
  let pages = 0;
  for (const pid of family(root)) {
    const stat = read(`/proc/${pid}/stat`)
      .replace(/^.*\) /, '')
      .split(' ');
    const [, resident, shared] = read(`/proc/${pid}/statm`).split(' ').map(Number);
    // A process that has just ended counts for nothing.
    seconds += (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / TICKS_PER_SECOND;
    pages += (resident ?? 0) - (shared ?? 0);
  }
  return { seconds, megabytes: (pages * PAGE_BYTES) / 1e6 };
}

function family(root: number): number[] {
  const children = read(`/proc/${root}/task/${root}/children`)
    .split(' ')
    .filter((it) => it.trim() !== '')
    .map(Number);
  return [root, ...children.flatMap(family)];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
