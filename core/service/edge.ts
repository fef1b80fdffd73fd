/** How a served unit meets its carrier, whatever that is: calls in, answers and facts out, streams over ports. */
import type { CallName } from '../contract/calls.ts';
import type { AnyFact } from '../contract/events.ts';
import type { StreamOpen } from '../contract/streams.ts';
import type { FromProcess } from '../contract/wire.ts';

/** A two-way line of messages; the part of Electron's MessagePortMain that is used. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface Served {
  /** Answers one call; may throw a refusal. */
  call(name: CallName, request: unknown): unknown;
  cancel?(task: string): void;
  stream?(open: StreamOpen, port: Port): void;
  fact?(fact: AnyFact): void;
  stop(how: 'save' | 'shutdown' | 'discard'): Promise<void>;
}

export interface Edge {
  tell(fact: AnyFact): void;
  send(message: FromProcess): void;
}
