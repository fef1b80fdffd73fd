/** Runs a program to its end and measures it: wall time, processor time, peak memory, when it said what. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** Seconds. */
  readonly wall: number;
  /** Seconds of all its threads, user and system. */
  readonly cpu: number;
  /** Peak of its resident memory, bytes. */
  readonly resident: number;
}

/** Seconds since the start: on the wall, and of processor time of all threads. */
export interface Moment {
  readonly wall: number;
  readonly cpu: number;
}

export interface Watch {
  /** Environment besides ours. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Hears output as it comes. */
  readonly heard?: (text: string, at: Moment) => void;
  /** Seconds after which it is killed. */
  readonly timeout?: number;
}

/** Of the times in /proc (proc(5)): USER_HZ is 100 on every Linux a Node runs on. */
const TICKS_PER_SECOND = 100;
const LOOK_EVERY_MS = 20;
const DEFAULT_TIMEOUT = 300;

/** A line of times of a process, without its name: field 3 of proc(5) comes first. */
const times = (process: string): string[] =>
  readFileSync(`/proc/${process}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');

/** What `read` finds of a process in /proc; `otherwise` once it is gone. */
function whileThere<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise;
    throw error;
  }
}

/** Seconds that a process took: fields utime and stime. */
function ownSeconds(pid: number): number {
  const fields = times(String(pid));
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that children which have ended took, with all of theirs: fields cutime and cstime. */
function childrenSeconds(): number {
  const fields = times('self');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Bytes. The kernel keeps the peak, so a look now and then misses only the last moment. */
const peakResident = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** One at a time: processor time is that of all children together. */
export async function measureProcess(program: string, words: readonly string[], watch: Watch = {}): Promise<Measured> {
  const before = childrenSeconds();
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...watch.environment } });
  const pid = child.pid ?? 0;
  let [output, errors, resident, cpu] = ['', '', 0, 0];
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
    cpu = whileThere(() => ownSeconds(pid), cpu);
    watch.heard?.(text, { wall: seconds(), cpu });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const look = setInterval(() => {
    resident = Math.max(
      resident,
      whileThere(() => peakResident(pid), 0),
    );
  }, LOOK_EVERY_MS);
  const limit = setTimeout(() => child.kill('SIGKILL'), (watch.timeout ?? DEFAULT_TIMEOUT) * 1000);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { status, output, errors, wall: seconds(), cpu: childrenSeconds() - before, resident };
  } finally {
    clearInterval(look);
    clearTimeout(limit);
  }
}
