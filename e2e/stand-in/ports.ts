/** Message channels whose ends may be in Node, in a utility process or in a page. */
import { EventEmitter } from 'node:events';

/** Where one end has gone; `deliver` brings a message there. */
export interface Home {
  deliver(id: number, data: unknown): void;
  close(id: number): void;
}

interface End {
  readonly peer: number;
  home: Home | undefined;
  /** What came before the end had a home, or before it was started. */
  waiting: unknown[];
}

const ends = new Map<number, End>();
let next = 1;

/** A message for the end with this id. */
export function deliver(id: number, data: unknown): void {
  const end = ends.get(id);
  if (end === undefined) return;
  if (end.home === undefined) end.waiting.push(data);
  else end.home.deliver(id, data);
}

/** The peer of `id` said something. */
export function relay(id: number, data: unknown): void {
  const end = ends.get(id);
  if (end !== undefined) deliver(end.peer, data);
}

/** The end `id` was closed by whoever held it. */
export function closed(id: number): void {
  const end = ends.get(id);
  if (end === undefined) return;
  ends.delete(id);
  const peer = ends.get(end.peer);
  ends.delete(end.peer);
  peer?.home?.close(end.peer);
}

/** The end lives there from now on. */
export function moveTo(port: StandInPort, home: Home): number {
  port.gone = true;
  settle(port.id, home);
  return port.id;
}

function settle(id: number, home: Home): void {
  const end = ends.get(id);
  if (end === undefined) return;
  end.home = home;
  for (const data of end.waiting.splice(0)) home.deliver(id, data);
}

/** Everything that lived in a place which is no more. */
export function closeHome(home: Home): void {
  for (const [id, end] of [...ends]) if (end.home === home) closed(id);
}

/** MessagePortMain, while it is in Node. */
export class StandInPort extends EventEmitter {
  gone = false;

  constructor(readonly id: number) {
    super();
  }

  start(): void {
    settle(this.id, {
      deliver: (_id, data) => this.emit('message', { data, ports: [] }),
      close: () => this.emit('close'),
    });
  }

  postMessage(data: unknown): void {
    if (this.gone) throw new Error('the port was handed on');
    relay(this.id, data);
  }

  close(): void {
    closed(this.id);
  }
}

export class MessageChannelMain {
  readonly port1: StandInPort;
  readonly port2: StandInPort;

  constructor() {
    const [one, two] = [next++, next++];
    ends.set(one, { peer: two, home: undefined, waiting: [] });
    ends.set(two, { peer: one, home: undefined, waiting: [] });
    this.port1 = new StandInPort(one);
    this.port2 = new StandInPort(two);
  }
}
