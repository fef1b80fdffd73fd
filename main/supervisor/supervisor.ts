/** Which processes must exist, and bringing them back. It knows nothing of what they do. */
import type { MessagePortMain } from 'electron';
import type { ProcessRow } from '../../core/contract/calls-desk.ts';
import { type Envelope, refusalOf } from '../../core/contract/refusals.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import type { Begin, FromProcess, ToProcess } from '../../core/contract/wire.ts';
import { Child } from './child.ts';
import { RESTART_RULES, type RestartRule } from './restart.table.ts';

export interface Wanted {
  readonly id: string;
  readonly kind: RestartRule['kind'];
  readonly unit: string | null;
  /** Shown to a person. */
  readonly title: string;
  readonly file: string;
  begin(afterFailure: boolean): Begin;
}

export interface Watcher {
  onProcess(row: ProcessRow): void;
  onMessage(id: string, message: FromProcess): void;
  onOutput(id: string, text: string): void;
  /** It ended without being told to. */
  onFailure(row: ProcessRow, willReturn: boolean): void;
}

interface Entry {
  readonly wanted: Wanted;
  child: Child | null;
  row: ProcessRow;
  failures: number;
  startedAt: number;
  timer: NodeJS.Timeout | null;
  /** Waits for the end that was ordered; with a refusal if it could not be. */
  ended: ((refusal?: RefusalShape) => void) | null;
}

export class Supervisor {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly watcher: Watcher) {}

  get rows(): ProcessRow[] {
    return [...this.entries.values()].map((entry) => entry.row);
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  /** From now on this process must exist. */
  want(wanted: Wanted): void {
    if (this.entries.has(wanted.id)) return;
    const row: ProcessRow = {
      id: wanted.id,
      kind: wanted.kind,
      unit: wanted.unit,
      state: 'starting',
      pid: null,
      restarts: 0,
      reason: '',
      since: Date.now(),
    };
    const entry: Entry = { wanted, child: null, row, failures: 0, startedAt: 0, timer: null, ended: null };
    this.entries.set(wanted.id, entry);
    this.start(entry, false);
  }

  /** Ends it in order. @returns when it is gone; with a refusal when it could not end and goes on */
  async unwant(id: string, how: 'save' | 'shutdown' | 'discard'): Promise<RefusalShape | undefined> {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    if (entry.timer !== null) clearTimeout(entry.timer);
    const child = entry.child;
    if (child !== null) {
      const refusal = await new Promise<RefusalShape | undefined>((resolve) => {
        entry.ended = resolve;
        child.stop(how);
      });
      entry.ended = null;
      if (refusal !== undefined) return refusal;
    }
    this.entries.delete(id);
    this.report(entry, { state: 'stopped', pid: null, reason: '' });
    return undefined;
  }

  ask(id: string, name: string, request: unknown, patience: number): Promise<Envelope<unknown>> {
    const entry = this.entries.get(id);
    if (entry?.child == null)
      return Promise.resolve({
        ok: false,
        refusal: refusalOf('process-down', entry === undefined ? undefined : `${entry.wanted.title} is not running.`),
      });
    return entry.child.ask(name, request, patience);
  }

  post(id: string, message: ToProcess, ports: MessagePortMain[] = []): boolean {
    const child = this.entries.get(id)?.child;
    child?.post(message, ports);
    return child != null;
  }

  /** A person asked: start over, with the count of failures forgotten. */
  restart(id: string): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    entry.failures = 0;
    if (entry.child !== null) entry.child.kill('restarted on request');
    else if (entry.timer === null) this.start(entry, true);
    return true;
  }

  private start(entry: Entry, afterFailure: boolean): void {
    const { wanted } = entry;
    entry.timer = null;
    entry.startedAt = Date.now();
    entry.child = new Child(wanted.file, wanted.title, RESTART_RULES[wanted.kind], wanted.begin(afterFailure), {
      onReady: () => this.report(entry, { state: 'running', reason: '' }),
      onMessage: (message) => this.watcher.onMessage(wanted.id, message),
      onOutput: (text) => this.watcher.onOutput(wanted.id, text),
      onSilence: (silent) =>
        this.report(entry, silent ? { state: 'silent', reason: 'does not react' } : { state: 'running', reason: '' }),
      onNotStopped: (refusal) => entry.ended?.(refusal),
      onExit: (reason) => this.fall(entry, reason),
    });
    this.report(entry, { state: 'starting', pid: entry.child.pid });
  }

  private fall(entry: Entry, reason: string): void {
    entry.child = null;
    if (entry.ended !== null) {
      entry.ended();
      return;
    }
    const rule = RESTART_RULES[entry.wanted.kind];
    if (Date.now() - entry.startedAt > rule.wellAfter) entry.failures = 0;
    const wait = rule.waits[entry.failures];
    entry.failures += 1;
    this.report(entry, {
      state: wait === undefined ? 'given-up' : 'waiting',
      pid: null,
      reason,
      restarts: entry.row.restarts + 1,
    });
    this.watcher.onFailure(entry.row, wait !== undefined);
    if (wait !== undefined) entry.timer = setTimeout(() => this.start(entry, true), wait);
  }

  private report(entry: Entry, change: Partial<ProcessRow>): void {
    entry.row = { ...entry.row, ...change, since: Date.now() };
    if (entry.child !== null) entry.row.pid = entry.child.pid;
    this.watcher.onProcess(entry.row);
  }
}
