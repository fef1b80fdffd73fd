/** In a forked process: gives it the parentPort of a utility process, then loads what it is to run. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import type { FromChild, ToChild } from './utility.ts';

const send = (message: FromChild): void => {
  process.send?.(message);
};

class ChildPort extends EventEmitter {
  private started = false;
  private readonly waiting: unknown[] = [];

  constructor(private readonly id: number) {
    super();
  }

  postMessage(data: unknown): void {
    send({ kind: 'port', id: this.id, data });
  }

  start(): void {
    this.started = true;
    for (const data of this.waiting.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    send({ kind: 'port-close', id: this.id });
    ports.delete(this.id);
  }

  take(data: unknown): void {
    if (this.started) this.emit('message', { data, ports: [] });
    else this.waiting.push(data);
  }
}

const ports = new Map<number, ChildPort>();
const parentPort = Object.assign(new EventEmitter(), { postMessage: (data: unknown) => send({ kind: 'message', data }) });
Object.assign(process, { parentPort });
/** What came before anybody listened. */
const early: unknown[] = [];
parentPort.on('newListener', (event) => {
  if (event === 'message')
    setImmediate(() => {
      for (const it of early.splice(0)) parentPort.emit('message', it);
    });
});
const hand = (event: unknown): void => {
  if (parentPort.listenerCount('message') === 0 || early.length > 0) early.push(event);
  else parentPort.emit('message', event);
};

process.on('message', (message: ToChild) => {
  if (message.kind === 'message') {
    const handed = (message.ports ?? []).map((id) => {
      const port = new ChildPort(id);
      ports.set(id, port);
      return port;
    });
    hand({ data: message.data, ports: handed });
  } else if (message.kind === 'port') ports.get(message.id ?? 0)?.take(message.data);
  else {
    const port = ports.get(message.id ?? 0);
    ports.delete(message.id ?? 0);
    port?.emit('close');
  }
});
process.on('disconnect', () => process.exit(0));

const [, , path] = process.argv;
if (path !== undefined) {
  process.argv.splice(1, 1);
  void import(pathToFileURL(path).href);
}
