/** Asks the application: typed calls, facts, and ports. The only place that touches the bridge. */
import type { Answer, CallName, Request } from '../../core/contract/calls.ts';
import type { EventName, Fact } from '../../core/contract/events.ts';
import type { Envelope } from '../../core/contract/refusals.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';

interface Bridge {
  call(name: string, request: unknown): Promise<Envelope<unknown>>;
  listen(listener: (name: string, fact: unknown) => void): () => void;
  readonly platform: string;
}

declare global {
  interface Window {
    readonly desk: Bridge;
  }
}

/** What was asked cannot be had; carries what to do about it. */
export class Refused extends Error {
  constructor(readonly refusal: RefusalShape) {
    super(refusal.message);
  }
}

export async function call<N extends CallName>(name: N, request: Request<N>): Promise<Answer<N>> {
  const envelope = await window.desk.call(name, request);
  if (!envelope.ok) throw new Refused(envelope.refusal);
  return envelope.value as Answer<N>;
}

const listeners = new Map<EventName, Set<(fact: never) => void>>();
let listening = false;

/** @returns what ends the subscription */
export function on<N extends EventName>(name: N, listener: (fact: Fact<N>) => void): () => void {
  if (!listening) {
    listening = true;
    window.desk.listen((told, fact) => {
      for (const it of listeners.get(told as EventName) ?? []) it(fact as never);
    });
  }
  const set = listeners.get(name) ?? new Set();
  set.add(listener as (fact: never) => void);
  listeners.set(name, set);
  return () => set.delete(listener as (fact: never) => void);
}

const arrived = new Map<string, MessagePort>();
const awaited = new Map<string, (port: MessagePort) => void>();
window.addEventListener('message', (event: MessageEvent<{ deskPort?: string }>) => {
  const id = event.data?.deskPort;
  const port = event.ports[0];
  if (event.source !== window || id === undefined || port === undefined) return;
  const resolve = awaited.get(id);
  awaited.delete(id);
  if (resolve === undefined) arrived.set(id, port);
  else resolve(port);
});

/** A port to the process that has what is wanted. */
export async function openStream(open: Request<'stream.open'>): Promise<MessagePort> {
  const { port: id } = await call('stream.open', open);
  const port = arrived.get(id);
  if (port !== undefined) {
    arrived.delete(id);
    return port;
  }
  return new Promise((resolve) => awaited.set(id, resolve));
}

export const refusalOf = (thrown: unknown): RefusalShape =>
  thrown instanceof Refused
    ? thrown.refusal
    : { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown), remedy: '' };

export const onMac = window.desk.platform === 'darwin';
