/** A learning Ethernet switch: frames go where their destination was last seen, or everywhere. */
import type { FramePort } from '../seams/plugs.ts';

/** Six bytes as a key. */
export const macKey = (bytes: Uint8Array, at = 0): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');

const HEADER = 14;
const SOURCE = 6;
/** Bit 0 of the first byte: group address (IEEE 802.3 section 3.2.3). */
const GROUP = 1;
/** Frames kept for a port whose owner has no room; what comes beyond is dropped, as by a switch. */
const MOST_WAITING = 256;
/** Addresses remembered; the oldest is forgotten first, so that a guest cannot exhaust memory by inventing them. */
const MOST_ADDRESSES = 4096;

export interface PortCounters {
  received: number;
  sent: number;
  dropped: number;
  receivedBytes: number;
  sentBytes: number;
}

interface Socket {
  readonly name: string;
  readonly waiting: Uint8Array[];
  readonly counters: PortCounters;
  deliver: (frame: Uint8Array) => boolean;
}

export interface Switch {
  /** A new port; what its owner sends is switched, and `onFrame` gets what is for it. */
  plug(name: string): FramePort & { unplug(): void; readonly counters: Readonly<PortCounters> };
  /** Where addresses were last seen. */
  addresses(): ReadonlyMap<string, string>;
  /** Sees every frame that enters the switch (packet capture); returns the release. */
  tap(listener: (frame: Uint8Array, from: string) => void): () => void;
}

export function createSwitch(): Switch {
  const sockets = new Set<Socket>();
  const seenAt = new Map<string, Socket>();
  const taps = new Set<(frame: Uint8Array, from: string) => void>();

  const learn = (address: string, socket: Socket): void => {
    seenAt.delete(address);
    seenAt.set(address, socket);
    if (seenAt.size > MOST_ADDRESSES) seenAt.delete(seenAt.keys().next().value ?? '');
  };

  const give = (socket: Socket, frame: Uint8Array): void => {
    if (socket.waiting.length === 0 && socket.deliver(frame)) {
      socket.counters.sent += 1;
      socket.counters.sentBytes += frame.length;
    } else if (socket.waiting.length < MOST_WAITING) socket.waiting.push(frame);
    else socket.counters.dropped += 1;
  };

  const forward = (frame: Uint8Array, from: Socket): void => {
    if (frame.length < HEADER) return;
    from.counters.received += 1;
    from.counters.receivedBytes += frame.length;
    for (const tap of taps) tap(frame, from.name);
    if (((frame[SOURCE] ?? 0) & GROUP) === 0) learn(macKey(frame, SOURCE), from);
    const to = (frame[0] ?? 0) & GROUP ? undefined : seenAt.get(macKey(frame));
    if (to !== undefined) {
      if (to !== from) give(to, frame);
      return;
    }
    for (const socket of sockets) if (socket !== from) give(socket, frame);
  };

  const drain = (socket: Socket): void => {
    for (let frame = socket.waiting[0]; frame !== undefined && socket.deliver(frame); frame = socket.waiting[0]) {
      socket.waiting.shift();
      socket.counters.sent += 1;
      socket.counters.sentBytes += frame.length;
    }
  };

  return {
    plug: (name) => {
      const socket: Socket = {
        name,
        waiting: [],
        counters: { received: 0, sent: 0, dropped: 0, receivedBytes: 0, sentBytes: 0 },
        deliver: () => false,
      };
      sockets.add(socket);
      return {
        counters: socket.counters,
        send: (frame) => {
          // An owner that sends has looked at its ring: what waited may go now.
          if (socket.waiting.length > 0) drain(socket);
          forward(frame, socket);
          return true;
        },
        onFrame: (listener) => {
          socket.deliver = listener;
          drain(socket);
        },
        onRoom: () => undefined,
        unplug: () => {
          sockets.delete(socket);
          for (const [address, at] of seenAt) if (at === socket) seenAt.delete(address);
        },
      };
    },
    addresses: () => new Map([...seenAt].map(([address, socket]) => [address, socket.name])),
    tap: (listener) => {
      taps.add(listener);
      return () => taps.delete(listener);
    },
  };
}
