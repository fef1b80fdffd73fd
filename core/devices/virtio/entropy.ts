/** virtio entropy source (virtio 1.1 section 5.4), fed by a seeded generator so that a run can be repeated. */
import { DeviceType } from '../../abi/virtio/virtio.table.ts';
import type { Random } from '../../base/random.ts';
import { lengthOf } from './queue.ts';
import type { VirtioFunction, VirtioTransport } from './transport.ts';

const QUEUE_SIZE = 16;
/** A driver may offer any room; no more than this is filled at once. */
const MOST_BYTES = 4096;

export function virtioEntropy(random: Random): VirtioFunction {
  let transport: VirtioTransport | undefined;
  return {
    type: DeviceType.entropy,
    features: 0n,
    queueSizes: [QUEUE_SIZE],
    attach: (to) => {
      transport = to;
    },
    config: () => new Uint8Array(0),
    notified: (index) => {
      const queue = transport?.queue(index);
      if (queue === undefined) return;
      let filled = false;
      for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
        const bytes = Uint8Array.from({ length: Math.min(lengthOf(chain.writable), MOST_BYTES) }, () => random.below(256));
        queue.give(chain, queue.scatter(chain, bytes));
        filled = true;
      }
      if (filled || queue.broken) transport?.usedBuffers(queue);
    },
    reset: () => undefined,
  };
}
