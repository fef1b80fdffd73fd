/** Building and checking the few packets that a gateway speaks. */
import { Ethernet, EtherType, Ipv4, Protocol, Udp } from '../abi/net/packets.table.ts';

/** Ones' complement sum of 16-bit words (RFC 1071), complemented. */
export function checksum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function ethernet(destination: Uint8Array, source: Uint8Array, type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(Ethernet.size + payload.length);
  frame.set(destination, Ethernet.destination);
  frame.set(source, Ethernet.source);
  viewOf(frame).setUint16(Ethernet.type, type);
  frame.set(payload, Ethernet.size);
  return frame;
}

/** Four bytes, network order. */
export type Ip = number;

export const parseIp = (text: string): Ip => text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
export const formatIp = (ip: Ip): string => [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255).join('.');

export function ipv4(source: Ip, destination: Ip, protocol: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(Ipv4.size + payload.length);
  const view = viewOf(packet);
  view.setUint8(Ipv4.versionLength, 0x45);
  view.setUint16(Ipv4.totalLength, packet.length);
  view.setUint8(Ipv4.ttl, 64);
  view.setUint8(Ipv4.protocol, protocol);
  view.setUint32(Ipv4.source, source);
  view.setUint32(Ipv4.destination, destination);
  view.setUint16(Ipv4.checksum, checksum(packet.subarray(0, Ipv4.size)));
  packet.set(payload, Ipv4.size);
  return packet;
}

export function udp(source: Ip, sourcePort: number, destination: Ip, destinationPort: number, payload: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(Udp.size + payload.length);
  const view = viewOf(datagram);
  view.setUint16(Udp.source, sourcePort);
  view.setUint16(Udp.destination, destinationPort);
  view.setUint16(Udp.length, datagram.length);
  datagram.set(payload, Udp.size);
  const pseudo =
    (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + Protocol.udp + datagram.length;
  // Zero means "no checksum", so a sum of zero is sent as its other form (RFC 768).
  view.setUint16(Udp.checksum, checksum(datagram, pseudo) || 0xffff);
  return ipv4(source, destination, Protocol.udp, datagram);
}

/** The parts of an IPv4 packet in an Ethernet frame; undefined if the frame is none or its lengths lie. */
export function readIpv4(frame: Uint8Array): { source: Ip; destination: Ip; protocol: number; payload: Uint8Array } | undefined {
  if (frame.length < Ethernet.size + Ipv4.size || viewOf(frame).getUint16(Ethernet.type) !== EtherType.ipv4) return undefined;
  const packet = frame.subarray(Ethernet.size);
  const view = viewOf(packet);
  const header = (view.getUint8(Ipv4.versionLength) & 15) * 4;
  const total = view.getUint16(Ipv4.totalLength);
  if (view.getUint8(Ipv4.versionLength) >> 4 !== 4 || header < Ipv4.size || total < header || total > packet.length)
    return undefined;
  return {
    source: view.getUint32(Ipv4.source),
    destination: view.getUint32(Ipv4.destination),
    protocol: view.getUint8(Ipv4.protocol),
    payload: packet.subarray(header, total),
  };
}
