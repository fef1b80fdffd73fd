/** The three plugs at which the two sides of an I/O path meet. */

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
