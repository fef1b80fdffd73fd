/** The plugs at which the two sides of an I/O path meet. */

/** A console: bytes in both directions. */
export interface ByteStream {
  /** Bytes for the other side; never refused, the far end buffers or drops. */
  write(bytes: Uint8Array): void;
  /** Called with bytes that came from the other side; one listener. */
  onData(listener: (bytes: Uint8Array) => void): void;
}

/** A network plug: whole Ethernet frames, no preamble or checksum. */
export interface FramePort {
  /** Sends a frame; false: the far end has no room now, and `onRoom` will be called. */
  send(frame: Uint8Array): boolean;
  onFrame(listener: (frame: Uint8Array) => boolean): void;
  onRoom(listener: () => void): void;
}

/**
 * A disk plug. Calls are synchronous: the medium belongs to the process, and the time a request takes in the emulated
 * world is the device model's business, so a run stays deterministic.
 *
 * A medium that fails (full, torn out) throws a `Refusal`; whoever serves a guest answers it with an error of the device.
 */
export interface BlockStore {
  readonly sectors: number;
  readonly readOnly: boolean;
  /** Byte offsets and lengths are multiples of 512 and never straddle the end. */
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Returns after everything written before is on the medium. */
  flush(): void;
  discard?(offset: number, length: number): void;
}

export type BlockRequest =
  | { readonly kind: 'read'; readonly offset: number; readonly length: number }
  | { readonly kind: 'discard'; readonly offset: number; readonly length: number }
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'flush' };

/**
 * A disk plug whose answers come later, in the time of the emulated world: a front end with another back end behind it.
 * Requests are answered in any order; a flush covers what was answered before it was asked for.
 */
export interface BlockQueue {
  readonly sectors: number;
  readonly readOnly: boolean;
  /** Whether it takes requests to discard. */
  readonly discards: boolean;
  /**
   * Offsets and lengths as for {@link BlockStore}; bytes belong to the queue until the answer.
   * @param done called once: with what was read (for other requests, nothing), or undefined if the medium failed
   */
  submit(request: BlockRequest, done: (bytes: Uint8Array | undefined) => void): void;
}

/** A disk of either kind. */
export type Disk = BlockStore | BlockQueue;
