/** The running application as the command line attaches to it: the same table, checks and audit as for a window. */
import { MessageChannelMain } from 'electron';
import { instanceOf } from '../core/contract/shapes.ts';
import type { StreamOpen } from '../core/contract/streams.ts';
import type { Line } from '../core/host/attach/lines.ts';
import type { Attached } from '../core/host/attach/serve.ts';
import { type Answering, answer } from './ipc/serve.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

/** No window. */
const NOBODY = { contents: -1 };

export const attachedTo = (supervisor: Supervisor, answering: Answering): Attached => ({
  answer: (name, request) => answer(true, name, request, NOBODY, answering),
  stream: (open, line) => passStream(supervisor, open, line),
});

function passStream(supervisor: Supervisor, open: StreamOpen, line: Line): boolean {
  const process = `world:${instanceOf(open.kind === 'readings' ? open.instance : open.unit)}`;
  if (!supervisor.has(process)) return false;
  const { port1, port2 } = new MessageChannelMain();
  if (!supervisor.post(process, { type: 'stream', open }, [port1])) return false;
  port2.on('message', ({ data }) => line.postMessage(data));
  port2.on('close', () => line.close());
  line.on('message', ({ data }) => port2.postMessage(data));
  line.on('close', () => port2.close());
  port2.start();
  return true;
}
