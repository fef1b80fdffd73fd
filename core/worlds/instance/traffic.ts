/** What one machine moves through its disks and network cards: counted, and shown to whoever captures. */
import type { BlockStore, FramePort } from '../../seams/plugs.ts';

export type FrameListener = (frame: Uint8Array) => void;

export class Traffic {
  /** Bytes since the machine was made. */
  diskRead = 0;
  diskWritten = 0;
  received = 0;
  sent = 0;
  readonly #taps = new Map<string, Set<FrameListener>>();

  /** The same disk, counted. */
  disk<D extends BlockStore & { close(): void }>(disk: D): BlockStore & { close(): void } {
    const counted: BlockStore & { close(): void } = {
      sectors: disk.sectors,
      readOnly: disk.readOnly,
      read: (offset, length) => {
        this.diskRead += length;
        return disk.read(offset, length);
      },
      write: (offset, bytes) => {
        this.diskWritten += bytes.length;
        disk.write(offset, bytes);
      },
      flush: () => disk.flush(),
      close: () => disk.close(),
    };
    return disk.discard === undefined ? counted : { ...counted, discard: (offset, length) => disk.discard?.(offset, length) };
  }

  /** The same plug, counted; frames of both directions are shown to the taps of this card. */
  port<P extends FramePort & { unplug(): void }>(nic: string, port: P): FramePort & { unplug(): void } {
    const see = (frame: Uint8Array): void => {
      for (const tap of this.#taps.get(nic) ?? []) tap(frame);
    };
    /** The frame that comes next was seen already: there was no room for it. */
    let again = false;
    return {
      send: (frame) => {
        // Seen before it goes, since the answer to it may come while it does.
        if (!again) see(frame);
        const taken = port.send(frame);
        again = !taken;
        if (taken) this.sent += frame.length;
        return taken;
      },
      onFrame: (listener) =>
        port.onFrame((frame) => {
          const taken = listener(frame);
          if (taken) {
            this.received += frame.length;
            see(frame);
          }
          return taken;
        }),
      onRoom: (listener) => port.onRoom(listener),
      unplug: () => port.unplug(),
    };
  }

  /** Shows every frame of a card until the returned function is called; a reboot of the machine does not end it. */
  tap(nic: string, listener: FrameListener): () => void {
    const taps = this.#taps.get(nic) ?? new Set();
    taps.add(listener);
    this.#taps.set(nic, taps);
    return () => taps.delete(listener);
  }
}
