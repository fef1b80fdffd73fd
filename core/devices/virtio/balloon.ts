/** virtio memory balloon (virtio 1.1 section 5.5): frames the guest gives up go back to the provider. */
import { BalloonConfig, BalloonFeature, DeviceType } from '../../abi/virtio/virtio.table.ts';
import type { VirtioFunction, VirtioTransport } from './transport.ts';

const QUEUE_SIZE = 128;
const INFLATE = 0;
const FRAME_NUMBER_BYTES = 4;

/** What the memory's owner does with frames. */
export interface FrameOwner {
  /** The guest no longer needs the content of `frame`. */
  discard(frame: number): void;
  readonly frames: number;
}

export interface Balloon extends VirtioFunction {
  /** Frames the guest is asked to give up. */
  target: number;
  /** Frames it says it has given up. */
  readonly actual: number;
}

export function virtioBalloon(owner: FrameOwner): Balloon {
  let transport: VirtioTransport | undefined;
  let target = 0;
  let actual = 0;

  return {
    type: DeviceType.balloon,
    features: 1n << BalloonFeature.mustTellHost,
    queueSizes: [QUEUE_SIZE, QUEUE_SIZE],
    get target() {
      return target;
    },
    set target(frames) {
      target = frames;
      transport?.configChanged();
    },
    get actual() {
      return actual;
    },
    attach: (to) => {
      transport = to;
    },
    config: () => {
      const view = new DataView(new ArrayBuffer(BalloonConfig.size));
      view.setUint32(BalloonConfig.target, target, true);
      view.setUint32(BalloonConfig.actual, actual, true);
      return new Uint8Array(view.buffer);
    },
    writeConfig: (offset, bytes) => {
      if (offset === BalloonConfig.actual && bytes.length === 4)
        actual = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    },
    notified: (index) => {
      const queue = transport?.queue(index);
      if (queue === undefined) return;
      let taken = false;
      for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
        const list = queue.gather(chain);
        const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
        // Deflated frames need nothing: the next write to one gives it content again.
        for (let at = 0; index === INFLATE && at + FRAME_NUMBER_BYTES <= list.length; at += FRAME_NUMBER_BYTES) {
          const frame = view.getUint32(at, true);
          if (frame < owner.frames) owner.discard(frame);
        }
        queue.give(chain, 0);
        taken = true;
      }
      if (taken || queue.broken) transport?.usedBuffers(queue);
    },
    reset: () => {
      actual = 0;
    },
  };
}
