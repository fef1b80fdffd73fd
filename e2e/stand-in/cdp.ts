/** Speaks the Chromium debugging protocol over a pipe, so that no port is opened for it. */
import type { Readable, Writable } from 'node:stream';

export type Params = Record<string, unknown>;
type Listener = (params: Params, session: string) => void;

export class Cdp {
  private next = 1;
  private readonly waiting = new Map<number, { resolve(value: Params): void; reject(error: Error): void }>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private rest: Buffer[] = [];

  constructor(
    private readonly out: Writable,
    input: Readable,
  ) {
    input.on('data', (chunk: Buffer) => this.take(chunk));
    out.on('error', () => undefined);
  }

  send(method: string, params: Params = {}, session?: string): Promise<Params> {
    const id = this.next++;
    const message = session === undefined ? { id, method, params } : { id, method, params, sessionId: session };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
      this.out.write(`${JSON.stringify(message)}\0`);
    });
  }

  /** Sends what may fail because the page has gone. */
  tell(method: string, params: Params, session: string): void {
    this.send(method, params, session).catch(() => undefined);
  }

  on(method: string, listener: Listener): void {
    const set = this.listeners.get(method) ?? new Set();
    set.add(listener);
    this.listeners.set(method, set);
  }

  private take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, from)) {
      const text = Buffer.concat([...this.rest, chunk.subarray(from, end)]).toString('utf8');
      this.rest = [];
      from = end + 1;
      this.hear(
        JSON.parse(text) as {
          id?: number;
          method?: string;
          params?: Params;
          result?: Params;
          error?: { message: string };
          sessionId?: string;
        },
      );
    }
    if (from < chunk.length) this.rest.push(chunk.subarray(from));
  }

  private hear(message: {
    id?: number;
    method?: string;
    params?: Params;
    result?: Params;
    error?: { message: string };
    sessionId?: string;
  }): void {
    if (message.id !== undefined) {
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error !== undefined) waiting?.reject(new Error(message.error.message));
      else waiting?.resolve(message.result ?? {});
    } else if (message.method !== undefined) {
      for (const listener of this.listeners.get(message.method) ?? []) listener(message.params ?? {}, message.sessionId ?? '');
    }
  }
}
