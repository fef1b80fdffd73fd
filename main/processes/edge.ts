/** The edge of every utility process: messages in, answers and facts out. What is thrown behind it becomes a refusal. */
import type { CallName } from '../../core/contract/calls.ts';
import { asRefusal } from '../../core/contract/refusals.ts';
import type { Begin, FromProcess, ToProcess } from '../../core/contract/wire.ts';
import type { Edge, Port, Served } from '../../core/service/edge.ts';

interface ParentPort {
  on(event: 'message', listener: (event: { data: ToProcess; ports: Port[] }) => void): void;
  postMessage(message: FromProcess): void;
}

/** Serves what `make` gives, from the first message on, until told to stop. */
export function serveProcess(make: (begin: Begin, edge: Edge) => Promise<Served> | Served): void {
  const parent = (process as unknown as { parentPort: ParentPort }).parentPort;
  const send = (message: FromProcess): void => parent.postMessage(message);
  const edge: Edge = { send, tell: (fact) => send({ type: 'fact', fact }) };
  let served: Promise<Served> | undefined;
  parent.on('message', (event) => {
    const message = event.data;
    if (message.type === 'ping') send({ type: 'pong', id: message.id });
    else if (message.type === 'begin') {
      served = Promise.resolve(make(message.begin, edge));
      served.then(
        () => send({ type: 'ready' }),
        (thrown: unknown) => {
          console.error(thrown);
          process.exit(70);
        },
      );
    } else void served?.then((it) => handle(it, message, event.ports, send));
  });
}

async function handle(served: Served, message: ToProcess, ports: Port[], send: (message: FromProcess) => void): Promise<void> {
  if (message.type === 'call') {
    try {
      send({
        type: 'answer',
        id: message.id,
        envelope: { ok: true, value: await served.call(message.name as CallName, message.request) },
      });
    } catch (thrown) {
      const refusal = asRefusal(thrown);
      if (refusal.code === 'internal') console.error(thrown);
      send({ type: 'answer', id: message.id, envelope: { ok: false, refusal } });
    }
  } else if (message.type === 'stream') {
    const port = ports[0];
    if (port !== undefined) served.stream?.(message.open, port);
  } else if (message.type === 'cancel') served.cancel?.(message.task);
  else if (message.type === 'fact') served.fact?.(message.fact);
  else if (message.type === 'stop') {
    try {
      await served.stop(message.how);
    } catch (thrown) {
      send({ type: 'not-stopped', refusal: asRefusal(thrown) });
      return;
    }
    send({ type: 'stopped' });
    process.exit(0);
  }
}
