/** utilityProcess.fork as a forked Node process, with ports relayed through this one. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { closed, closeHome, type Home, moveTo, relay, type StandInPort } from './ports.ts';

export interface FromChild {
  readonly kind: 'message' | 'port' | 'port-close';
  readonly id?: number;
  readonly data?: unknown;
}
export interface ToChild {
  readonly kind: 'message' | 'port' | 'port-close';
  readonly id?: number;
  readonly data?: unknown;
  readonly ports?: number[];
}

class StandInUtilityProcess extends EventEmitter implements Home {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  private readonly child: ChildProcess;

  constructor(path: string, args: string[], options: { env?: Record<string, string>; serviceName?: string }) {
    super();
    this.child = fork(join(__dirname, 'utility-child.cjs'), [path, ...args], {
      env: { ...(options.env ?? process.env), STAND_IN_SERVICE: options.serviceName ?? '' } as NodeJS.ProcessEnv,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.stdout = this.child.stdout;
    this.stderr = this.child.stderr;
    this.child.on('spawn', () => this.emit('spawn'));
    this.child.on('message', (message: FromChild) => {
      if (message.kind === 'message') this.emit('message', message.data);
      else if (message.kind === 'port') relay(message.id ?? 0, message.data);
      else closed(message.id ?? 0);
    });
    this.child.on('error', () => undefined);
    this.child.on('exit', (code, signal) => {
      closeHome(this);
      this.emit('exit', code ?? (signal === null ? 0 : 128));
    });
  }

  get pid(): number | undefined {
    return this.child.exitCode === null ? this.child.pid : undefined;
  }

  postMessage(data: unknown, ports: StandInPort[] = []): void {
    this.send({ kind: 'message', data, ports: ports.map((port) => port.id) });
    for (const port of ports) moveTo(port, this);
  }

  deliver(id: number, data: unknown): void {
    this.send({ kind: 'port', id, data });
  }

  close(id: number): void {
    this.send({ kind: 'port-close', id });
  }

  kill(): boolean {
    return this.child.kill('SIGKILL');
  }

  private send(message: ToChild): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}

export const utilityProcess = {
  fork: (
    path: string,
    args: string[] = [],
    options: { env?: Record<string, string>; serviceName?: string } = {},
  ): StandInUtilityProcess => new StandInUtilityProcess(path, args, options),
};
