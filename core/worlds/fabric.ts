/** Networks: that of a provider, a switch with a gateway that leases addresses; and the bridge of a driver domain. */
import { createGateway, type Gateway } from '../network/gateway.ts';
import { parseIp } from '../network/packet.ts';
import { createSwitch, type Switch } from '../network/switch.ts';
import type { FramePort } from '../seams/plugs.ts';

/** Private addresses (RFC 1918) that a home network rarely uses. */
const NETWORK = { address: '10.77.0.1', prefix: 16 };
const RANGE = { subnet: '10.77.0.0/16', first: '10.77.0.2', last: '10.77.255.254' };
/** Xen's range of vendor addresses (OUI 00:16:3e). */
const OUI = [0x00, 0x16, 0x3e] as const;

export interface Fabric {
  readonly wires: Switch;
  readonly gateway: Gateway;
  readonly subnet: string;
  readonly address: string;
  /** First and last address that is leased. */
  readonly first: string;
  readonly last: string;
  /** A plug for one NIC. */
  plug(name: string): FramePort & { unplug(): void };
}

export function createFabric(): Fabric {
  const wires = createSwitch();
  const gateway = createGateway(wires.plug('gateway'), {
    address: parseIp(NETWORK.address),
    prefix: NETWORK.prefix,
    mac: macOf(0xff_ffff),
  });
  return { wires, gateway, ...RANGE, address: NETWORK.address, plug: (name) => wires.plug(name) };
}

/** The bridge of a driver domain: what its guests send goes out through the cards of the machine, and comes back. */
export function bridgeOver(cards: readonly FramePort[]): Switch {
  const bridge = createSwitch();
  for (const [index, card] of cards.entries()) {
    const socket = bridge.plug(`card${index}`);
    const out = (frame: Uint8Array): boolean => card.send(frame);
    socket.onFrame(out);
    card.onFrame((frame) => socket.send(frame));
    // What the bridge kept while the card had no room goes first.
    card.onRoom(() => socket.onFrame(out));
  }
  return bridge;
}

/** The address of the NIC with a number below 2^24. */
export const macOf = (number: number): Uint8Array =>
  Uint8Array.of(...OUI, (number >> 16) & 255, (number >> 8) & 255, number & 255);
