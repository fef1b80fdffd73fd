/** One utility process: started, watched, asked, stopped; killed when it does not react. */
import { type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import { type Envelope, refusalOf } from '../../core/contract/refusals.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import type { Begin, FromProcess, ToProcess } from '../../core/contract/wire.ts';
import type { RestartRule } from './restart.table.ts';

/** Milliseconds between two looks whether a process still answers. */
export const PING_EVERY = 400;

export interface ChildEvents {
  onReady(): void;
  onMessage(message: FromProcess): void;
  onOutput(text: string): void;
  onSilence(silent: boolean): void;
  /** Told to stop, it could not, and goes on. */
  onNotStopped(refusal: RefusalShape): void;
  /** At most once; nothing else is called afterwards. */
  onExit(reason: string): void;
}

export class Child {
  private readonly process: UtilityProcess;
  private readonly waiting = new Map<number, (envelope: Envelope<unknown>) => void>();
  private nextId = 1;
  /** Milliseconds for which nothing was heard, counted by beats: a sleep of the whole computer is no silence. */
  private quiet = 0;
  private lastBeat = Date.now();
  private silent = false;
  private ready = false;
  private why = '';
  private beat: NodeJS.Timeout;
  private stopping: NodeJS.Timeout | undefined;

  constructor(
    file: string,
    readonly title: string,
    private readonly rule: RestartRule,
    begin: Begin,
    private readonly events: ChildEvents,
  ) {
    this.process = utilityProcess.fork(file, [], { serviceName: title, stdio: 'pipe', env: cleaned(process.env) });
    this.process.stdout?.on('data', (chunk: Buffer) => events.onOutput(chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => events.onOutput(chunk.toString()));
    this.process.on('message', (message: FromProcess) => this.hear(message));
    this.process.on('exit', (code) => this.end(code));
    this.post({ type: 'begin', begin });
    this.beat = setInterval(() => this.listenForLife(), PING_EVERY);
  }

  get pid(): number | null {
    return this.process.pid ?? null;
  }

  post(message: ToProcess, ports: MessagePortMain[] = []): void {
    this.process.postMessage(message, ports);
  }

  /** Asks; the answer is an envelope, also when the process dies or stays silent. */
  ask(name: string, request: unknown, patience: number): Promise<Envelope<unknown>> {
    return new Promise((resolve) => {
      const id = this.nextId++;
      const timer = setTimeout(
        () => this.settle(id, { ok: false, refusal: refusalOf('process-silent', `${this.title} does not react.`) }),
        patience,
      );
      this.waiting.set(id, (envelope) => {
        clearTimeout(timer);
        resolve(envelope);
      });
      this.post({ type: 'call', id, name, request });
    });
  }

  kill(why: string): void {
    this.why = why;
    this.process.kill();
  }

  /** Asks it to end, and kills it if it does not within its time. Until then it may be silent: saving is long work. */
  stop(how: 'save' | 'shutdown' | 'discard'): void {
    this.why = 'stopped';
    clearInterval(this.beat);
    this.post({ type: 'stop', how });
    this.stopping = setTimeout(() => this.process.kill(), this.rule.stopWithin);
  }

  private goOn(refusal: RefusalShape): void {
    clearTimeout(this.stopping);
    this.why = '';
    this.quiet = 0;
    this.beat = setInterval(() => this.listenForLife(), PING_EVERY);
    this.events.onNotStopped(refusal);
  }

  private hear(message: FromProcess): void {
    this.quiet = 0;
    if (message.type === 'answer') this.settle(message.id, message.envelope);
    else if (message.type === 'ready') {
      this.ready = true;
      this.events.onReady();
    } else if (message.type === 'not-stopped') this.goOn(message.refusal);
    else if (message.type !== 'pong') this.events.onMessage(message);
  }

  private settle(id: number, envelope: Envelope<unknown>): void {
    this.waiting.get(id)?.(envelope);
    this.waiting.delete(id);
  }

  private listenForLife(): void {
    this.post({ type: 'ping', id: 0 });
    const now = Date.now();
    this.quiet += Math.min(now - this.lastBeat, 2 * PING_EVERY);
    this.lastBeat = now;
    const { quiet } = this;
    const allowance = this.ready ? 1 : 4;
    if (quiet > this.rule.killAfter * allowance) this.kill(`silent for ${Math.round(quiet / 1000)} s`);
    const silent = quiet > this.rule.silentAfter * allowance;
    if (silent !== this.silent) {
      this.silent = silent;
      this.events.onSilence(silent);
    }
  }

  private end(code: number | null): void {
    clearInterval(this.beat);
    clearTimeout(this.stopping);
    for (const id of [...this.waiting.keys()])
      this.settle(id, { ok: false, refusal: refusalOf('process-down', `${this.title} ended before it answered.`) });
    this.events.onExit(this.why === '' ? `ended with status ${code ?? 'unknown'}` : this.why);
  }
}

/** A child gets the person's locale and folders and nothing that steers Node or Electron. */
function cleaned(from: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && !/^(NODE_|ELECTRON_|npm_|VSCODE_)/i.test(name) && !/SECRET|TOKEN|PASSWORD|KEY$/i.test(name))
      kept[name] = value;
  }
  return kept;
}
