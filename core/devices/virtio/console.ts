/** virtio console with one port over a ByteStream (virtio 1.1 section 5.3); Linux shows it as hvc0. */
import { DeviceType } from '../../abi/virtio/virtio.table.ts';
import type { ByteStream } from '../../seams/plugs.ts';
import { lengthOf } from './queue.ts';
import type { VirtioFunction, VirtioTransport } from './transport.ts';

const QUEUE_SIZE = 64;
const RECEIVE = 0;
const TRANSMIT = 1;
const CONFIG_BYTES = 12;
/** Typed bytes kept while the driver has no buffer; more are dropped, as by a full UART. */
const MOST_WAITING = 65_536;

export function virtioConsole(stream: ByteStream): VirtioFunction {
  let transport: VirtioTransport | undefined;
  let waiting: number[] = [];

  const deliver = (): void => {
    const queue = transport?.queue(RECEIVE);
    if (queue === undefined || transport?.running !== true) return;
    let delivered = false;
    while (waiting.length > 0) {
      const chain = queue.take();
      if (chain === undefined) break;
      const bytes = Uint8Array.from(waiting.splice(0, lengthOf(chain.writable)));
      queue.give(chain, queue.scatter(chain, bytes));
      delivered = true;
    }
    if (delivered || queue.broken) transport.usedBuffers(queue);
  };

  stream.onData((bytes) => {
    for (const byte of bytes) if (waiting.length < MOST_WAITING) waiting.push(byte);
    deliver();
  });

  return {
    type: DeviceType.console,
    features: 0n,
    queueSizes: [QUEUE_SIZE, QUEUE_SIZE],
    attach: (to) => {
      transport = to;
    },
    config: () => new Uint8Array(CONFIG_BYTES),
    notified: (index) => {
      if (index === RECEIVE) return deliver();
      const queue = transport?.queue(TRANSMIT);
      if (queue === undefined) return;
      let sent = false;
      for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
        stream.write(queue.gather(chain));
        queue.give(chain, 0);
        sent = true;
      }
      if (sent || queue.broken) transport?.usedBuffers(queue);
    },
    reset: () => {
      waiting = [];
    },
  };
}
