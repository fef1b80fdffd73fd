/** A way out of an inner network: its gateway, and translation onto one address of the outer network. */
import { Ethernet } from '../abi/net/packets.table.ts';
import type { FramePort } from '../seams/plugs.ts';
import { createGateway, type Gateway, type GatewaySpec } from './gateway.ts';
import { createNeighbours } from './neighbours.ts';
import { type Ip, readIpv4 } from './packet.ts';
import { Translation } from './translation.ts';

export interface OuterSpec {
  readonly address: Ip;
  readonly prefix: number;
  readonly mac: Uint8Array;
  /** Where packets for other networks go. */
  readonly gateway: Ip;
}

export interface Router {
  readonly gateway: Gateway;
  readonly translation: Translation;
}

export function createRouter(inside: FramePort, inner: GatewaySpec, outside: FramePort, outer: OuterSpec): Router {
  const translation = new Translation(outer.address);
  const within = createNeighbours(inside, inner.address, inner.mac, false);
  const without = createNeighbours(outside, outer.address, outer.mac, true);
  const mask = (0xffff_ffff << (32 - outer.prefix)) >>> 0;
  let toGateway: (frame: Uint8Array) => boolean = () => true;
  // The gateway answers ARP for the inside address; the router learns from the same frames.
  const gateway = createGateway(
    {
      send: (frame) => inside.send(frame),
      onRoom: (listener) => inside.onRoom(listener),
      onFrame: (listener) => {
        toGateway = listener;
      },
    },
    inner,
  );

  const leave = (packet: Uint8Array, destination: Ip): void => {
    const changed = translation.out(packet);
    const near = ((destination ^ outer.address) & mask) === 0;
    if (changed !== undefined) without.send(near ? destination : outer.gateway, changed);
  };

  inside.onFrame((frame) => {
    toGateway(frame);
    within.hear(frame);
    const packet = isFor(frame, inner.mac) ? readIpv4(frame) : undefined;
    if (packet !== undefined && packet.destination !== inner.address) leave(whole(frame), packet.destination);
    return true;
  });
  outside.onFrame((frame) => {
    without.hear(frame);
    const packet = isFor(frame, outer.mac) ? readIpv4(frame) : undefined;
    const back = packet?.destination === outer.address ? translation.in(whole(frame)) : undefined;
    if (back !== undefined) within.send(back.to, back.packet);
    return true;
  });
  return { gateway, translation };
}

const isFor = (frame: Uint8Array, mac: Uint8Array): boolean => mac.every((byte, index) => frame[index] === byte);

/** The IPv4 packet of a frame without the padding of short frames. */
function whole(frame: Uint8Array): Uint8Array {
  const packet = frame.subarray(Ethernet.size);
  const length = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  return packet.subarray(0, length);
}
