/** virtio block device over a BlockStore (virtio 1.1 section 5.2). */
import { BlockConfig, BlockFeature, BlockHeader, BlockRequest, BlockStatus, DeviceType } from '../../abi/virtio/virtio.table.ts';
import { attempt } from '../../base/refusal.ts';
import type { BlockStore } from '../../seams/plugs.ts';
import { type Chain, lengthOf, type Virtqueue } from './queue.ts';
import type { VirtioFunction, VirtioTransport } from './transport.ts';

const SECTOR = 512;
const QUEUE_SIZE = 128;
/** Data segments of one request: the queue's size less header and status. */
const MOST_SEGMENTS = QUEUE_SIZE - 2;
const ID_LENGTH = 20;

/** What the driver is told, and what it asked to read. */
interface Answer {
  readonly status: number;
  readonly data?: Uint8Array;
}

/** @param serial answered to the get-id request, at most 20 ASCII characters */
export function virtioBlock(store: BlockStore, serial: string): VirtioFunction {
  let transport: VirtioTransport | undefined;

  const serve = (queue: Virtqueue, chain: Chain): void => {
    const request = queue.gather(chain);
    const room = lengthOf(chain.writable) - 1;
    if (request.length < BlockHeader.size || room < 0) {
      queue.broken = true;
      return;
    }
    const view = new DataView(request.buffer, request.byteOffset);
    const offset = Number(view.getBigUint64(BlockHeader.sector, true)) * SECTOR;
    const outcome = attempt(() =>
      perform(view.getUint32(BlockHeader.type, true), offset, request.subarray(BlockHeader.size), room),
    );
    const answer: Answer = 'result' in outcome ? outcome.result : { status: BlockStatus.error };
    const written = answer.data === undefined ? 0 : queue.scatter(chain, answer.data);
    queue.scatter(chain, Uint8Array.of(answer.status), room);
    queue.give(chain, written + 1);
  };

  const within = (offset: number, length: number): boolean => length % SECTOR === 0 && offset + length <= store.sectors * SECTOR;

  const perform = (type: number, offset: number, data: Uint8Array, room: number): Answer => {
    switch (type) {
      case BlockRequest.read:
        return within(offset, room) ? { status: BlockStatus.ok, data: store.read(offset, room) } : { status: BlockStatus.error };
      case BlockRequest.write:
        if (store.readOnly || !within(offset, data.length)) return { status: BlockStatus.error };
        store.write(offset, data);
        return { status: BlockStatus.ok };
      case BlockRequest.flush:
        store.flush();
        return { status: BlockStatus.ok };
      case BlockRequest.getId:
        return { status: BlockStatus.ok, data: new TextEncoder().encode(serial.padEnd(ID_LENGTH, '\0')).subarray(0, ID_LENGTH) };
      case BlockRequest.discard:
        return { status: discard(data) };
      default:
        return { status: BlockStatus.unsupported };
    }
  };

  const discard = (ranges: Uint8Array): number => {
    if (store.discard === undefined || store.readOnly) return BlockStatus.unsupported;
    const view = new DataView(ranges.buffer, ranges.byteOffset, ranges.byteLength);
    for (let at = 0; at + 16 <= ranges.length; at += 16) {
      const offset = Number(view.getBigUint64(at, true)) * SECTOR;
      const length = view.getUint32(at + 8, true) * SECTOR;
      if (!within(offset, length)) return BlockStatus.error;
      store.discard(offset, length);
    }
    return BlockStatus.ok;
  };

  return {
    type: DeviceType.block,
    features:
      (1n << BlockFeature.segMax) |
      (1n << BlockFeature.blockSize) |
      (1n << BlockFeature.flush) |
      (store.readOnly ? 1n << BlockFeature.readOnly : 0n) |
      (store.discard ? 1n << BlockFeature.discard : 0n),
    queueSizes: [QUEUE_SIZE],
    attach: (to) => {
      transport = to;
    },
    config: () => {
      const view = new DataView(new ArrayBuffer(BlockConfig.size));
      view.setBigUint64(BlockConfig.capacity, BigInt(store.sectors), true);
      view.setUint32(BlockConfig.segMax, MOST_SEGMENTS, true);
      view.setUint32(BlockConfig.blockSize, SECTOR, true);
      view.setUint32(BlockConfig.maxDiscardSectors, 0x3f_ffff, true);
      view.setUint32(BlockConfig.maxDiscardSegments, 1, true);
      view.setUint32(BlockConfig.discardAlignment, 8, true);
      return new Uint8Array(view.buffer);
    },
    notified: (index) => {
      const queue = transport?.queue(index);
      if (queue === undefined) return;
      let served = false;
      for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
        serve(queue, chain);
        served = true;
        if (queue.broken) break;
      }
      if (served || queue.broken) transport?.usedBuffers(queue);
    },
    reset: () => undefined,
  };
}
