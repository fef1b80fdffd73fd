/** One address on a network: answers ARP for it, learns who its neighbours are, and finds those it has to send to. */
import { Arp, ArpOperation, Ethernet, EtherType } from '../abi/net/packets.table.ts';
import type { FramePort } from '../seams/plugs.ts';
import { ethernet, type Ip, readIpv4, viewOf } from './packet.ts';

const BROADCAST = new Uint8Array(6).fill(0xff);
/** Packets kept for an address that has not answered yet, and addresses that are asked for at once. */
const MOST_WAITING = 16;
const MOST_ASKED = 64;
const MOST_KNOWN = 4096;
/** Hardware type Ethernet, protocol IPv4, their lengths 6 and 4 (RFC 826). */
const ETHERNET_IPV4 = [0, 1, 8, 0, 6, 4] as const;

export interface Neighbours {
  /** Looks at a frame that came in; ARP requests for the address are answered. */
  hear(frame: Uint8Array): void;
  /** Sends an IPv4 packet to a neighbour, after asking who that is if need be. */
  send(to: Ip, packet: Uint8Array): void;
}

/** @param answers whether requests for the address are answered here, or by somebody else who has it, too */
export function createNeighbours(port: Pick<FramePort, 'send'>, address: Ip, mac: Uint8Array, answers: boolean): Neighbours {
  const known = new Map<Ip, Uint8Array>();
  const waiting = new Map<Ip, Uint8Array[]>();

  const arp = (operation: number, toMac: Uint8Array, to: Ip): void => {
    const message = new Uint8Array(Arp.size);
    const view = viewOf(message);
    message.set(ETHERNET_IPV4, Arp.hardware);
    view.setUint16(Arp.operation, operation);
    message.set(mac, Arp.senderMac);
    view.setUint32(Arp.senderIp, address);
    message.set(operation === ArpOperation.reply ? toMac : new Uint8Array(6), Arp.targetMac);
    view.setUint32(Arp.targetIp, to);
    port.send(ethernet(toMac, mac, EtherType.arp, message));
  };

  const learn = (ip: Ip, from: Uint8Array): void => {
    known.delete(ip);
    known.set(ip, from.slice());
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value ?? 0);
    const packets = waiting.get(ip);
    waiting.delete(ip);
    for (const packet of packets ?? []) port.send(ethernet(from, mac, EtherType.ipv4, packet));
  };

  return {
    hear: (frame) => {
      if (frame.length < Ethernet.size) return;
      const packet = readIpv4(frame);
      if (packet !== undefined && known.has(packet.source)) learn(packet.source, frame.subarray(6, 12));
      const message = frame.subarray(Ethernet.size);
      if (viewOf(frame).getUint16(Ethernet.type) !== EtherType.arp || message.length < Arp.size) return;
      const view = viewOf(message);
      const sender = message.subarray(Arp.senderMac, Arp.senderMac + 6);
      if (view.getUint32(Arp.targetIp) !== address) return;
      learn(view.getUint32(Arp.senderIp), sender);
      if (answers && view.getUint16(Arp.operation) === ArpOperation.request)
        arp(ArpOperation.reply, sender, view.getUint32(Arp.senderIp));
    },
    send: (to, packet) => {
      const there = known.get(to);
      if (there !== undefined) {
        port.send(ethernet(there, mac, EtherType.ipv4, packet));
        return;
      }
      const packets = waiting.get(to) ?? [];
      if (packets.length < MOST_WAITING && (waiting.size < MOST_ASKED || waiting.has(to))) {
        packets.push(packet.slice());
        waiting.set(to, packets);
      }
      arp(ArpOperation.request, BROADCAST, to);
    },
  };
}
