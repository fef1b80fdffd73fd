/** An instance in a process of its own, as `blanket run` starts it: driven over its socket, measured from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FleetClient } from '../../cli/fleet-client.ts';
import type { FromConsole } from '../../contract/streams.ts';
import { openStream } from '../../host/attach/client.ts';
import type { Line } from '../../host/attach/lines.ts';

const COMMAND_LINE = fileURLToPath(new URL('../../../tools/blanket.js', import.meta.url));
/** Of the times in /proc (proc(5)): USER_HZ is 100 on every Linux a Node runs on. */
const TICKS_PER_SECOND = 100;

export class RunningInstance {
  private constructor(
    readonly folder: string,
    readonly fleet: FleetClient,
    private readonly child: ChildProcess,
  ) {}

  /** @param words options of `blanket run`; `folder` is kept if it is named */
  static async start(words: readonly string[], folder = mkdtempSync(join(tmpdir(), 'blanket-run-'))): Promise<RunningInstance> {
    const all = [COMMAND_LINE, 'run', '--folder', folder, ...words];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Ready:')) resolve();
      });
      child.once('close', (status) => reject(new Error(`blanket run ended with status ${status}: ${said}`)));
    });
    return new RunningInstance(folder, new FleetClient(folder), child);
  }

  /** Seconds of processor time, user and system, all threads. */
  get cpu(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Peak of its resident memory, MiB. */
  get resident(): number {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  /**
   * Types on a machine's console until `answer` is printed: again if nothing comes, for its shell may not be there yet.
   * @returns the answer
   */
  async converse(machine: string, line: string, answer: RegExp, seconds: number): Promise<string> {
    const console = await this.#console(machine);
    const type = (): void => console.type(line);
    const again = setInterval(type, AGAIN_MS);
    try {
      console.start();
      type();
      return await console.seen(answer, seconds);
    } finally {
      clearInterval(again);
      console.close();
    }
  }

  /** Types a line once, for a shell that is there. @returns the answer */
  async ask(machine: string, line: string, answer: RegExp, seconds: number): Promise<string> {
    return answer.exec(await this.listen(machine, line, answer, seconds, 0))?.[0] ?? '';
  }

  /** Types a line once. @returns what is printed until `begun` is seen, and for so many milliseconds after it */
  async listen(machine: string, line: string, begun: RegExp, seconds: number, milliseconds: number): Promise<string> {
    const console = await this.#console(machine);
    try {
      console.start();
      console.type(line);
      await console.seen(begun, seconds);
      if (milliseconds > 0) await sleep(milliseconds);
      return console.printed;
    } finally {
      console.close();
    }
  }

  async #console(machine: string): Promise<ConsoleLine> {
    return new ConsoleLine(machine, await openStream(this.folder, { kind: 'console', unit: machine, line: 'serial' }));
  }

  /** As pulling the plug of the whole computer does. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ends it as a person would. */
  end(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.kill(signal);
    });
  }
}

/** Milliseconds without an answer after which a line is typed again. */
const AGAIN_MS = 5000;
const LOOK_MS = 10;

/** A console and what it printed since it was opened. */
class ConsoleLine {
  printed = '';
  closed = false;

  constructor(
    private readonly machine: string,
    private readonly stream: Line,
  ) {
    stream.on('close', () => {
      this.closed = true;
    });
    stream.on('message', ({ data }) => {
      const message = data as FromConsole;
      if (message.type !== 'bytes') return;
      this.printed += Buffer.from(message.bytes).toString('latin1');
      stream.postMessage({ type: 'shown', bytes: message.bytes.length });
    });
  }

  /** Waits until this is printed. @returns it @throws Error if the console closes before, or after so many seconds */
  async seen(text: RegExp, seconds: number): Promise<string> {
    const limit = performance.now() + seconds * 1000;
    for (;;) {
      const found = text.exec(this.printed);
      if (found !== null) return found[0];
      if (this.closed) throw new Error(`the console of ${this.machine} closed`);
      if (performance.now() > limit)
        throw new Error(`${this.machine} did not print ${text} within ${seconds} s: ${this.printed.slice(-500)}`);
      await sleep(LOOK_MS);
    }
  }

  start(): void {
    this.stream.start();
  }

  type(line: string): void {
    this.stream.postMessage({ type: 'keys', bytes: new TextEncoder().encode(`${line}\n`) });
  }

  close(): void {
    this.stream.close();
  }
}
