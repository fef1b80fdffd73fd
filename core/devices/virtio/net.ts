/** virtio network device over a FramePort (virtio 1.1 section 5.1). */
import { DeviceType, NetConfig, NetFeature, NetHeader } from '../../abi/virtio/virtio.table.ts';
import type { FramePort } from '../../seams/plugs.ts';
import { lengthOf } from './queue.ts';
import type { VirtioFunction, VirtioTransport } from './transport.ts';

const QUEUE_SIZE = 256;
const RECEIVE = 0;
const TRANSMIT = 1;
const ETHERNET_HEADER = 14;
/** Frames kept while the driver has no receive buffer; what comes beyond is refused to the sender. */
const MOST_WAITING = 64;

/** @param mac six bytes; @param mtu largest payload of a frame in bytes */
export function virtioNet(port: FramePort, mac: Uint8Array, mtu = 1500): VirtioFunction {
  let transport: VirtioTransport | undefined;
  let waiting: Uint8Array[] = [];

  const deliver = (): void => {
    const queue = transport?.queue(RECEIVE);
    if (queue === undefined || transport?.running !== true) return;
    let delivered = false;
    while (waiting.length > 0) {
      const chain = queue.take();
      if (chain === undefined) break;
      const frame = waiting.shift() ?? new Uint8Array();
      const bytes = new Uint8Array(NetHeader.size + frame.length);
      bytes[NetHeader.bufferCount] = 1;
      bytes.set(frame, NetHeader.size);
      // A buffer that is too small is returned empty: the frame is lost, as on a wire.
      queue.give(chain, lengthOf(chain.writable) < bytes.length ? 0 : queue.scatter(chain, bytes));
      delivered = true;
    }
    if (delivered || queue.broken) transport.usedBuffers(queue);
  };

  const transmit = (): void => {
    const queue = transport?.queue(TRANSMIT);
    if (queue === undefined) return;
    let sent = false;
    for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
      const frame = queue.gather(chain).subarray(NetHeader.size);
      if (frame.length >= ETHERNET_HEADER) port.send(frame);
      queue.give(chain, 0);
      sent = true;
    }
    if (sent || queue.broken) transport?.usedBuffers(queue);
  };

  port.onFrame((frame) => {
    if (transport?.running !== true || waiting.length >= MOST_WAITING) return false;
    waiting.push(frame);
    deliver();
    return true;
  });

  return {
    type: DeviceType.net,
    features: (1n << NetFeature.mac) | (1n << NetFeature.status) | (1n << NetFeature.mtu),
    queueSizes: [QUEUE_SIZE, QUEUE_SIZE],
    attach: (to) => {
      transport = to;
    },
    config: () => {
      const bytes = new Uint8Array(NetConfig.size);
      bytes.set(mac, NetConfig.mac);
      bytes[NetConfig.status] = NetConfig.linkUp;
      bytes[NetConfig.mtu] = mtu & 0xff;
      bytes[NetConfig.mtu + 1] = mtu >> 8;
      return bytes;
    },
    notified: (index) => (index === RECEIVE ? deliver() : transmit()),
    reset: () => {
      waiting = [];
    },
  };
}
