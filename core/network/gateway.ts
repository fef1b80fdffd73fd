/** A network's gateway: leases addresses (DHCP), answers ARP for its own address, and answers pings. */
import {
  Arp,
  ArpOperation,
  DHCP_COOKIE,
  Dhcp,
  DhcpOption,
  DhcpPort,
  DhcpType,
  Ethernet,
  EtherType,
  Icmp,
  IcmpType,
  Protocol,
  Udp,
} from '../abi/net/packets.table.ts';
import type { FramePort } from '../seams/plugs.ts';
import { checksum, ethernet, formatIp, type Ip, ipv4, readIpv4, udp, viewOf } from './packet.ts';
import { macKey } from './switch.ts';

const BROADCAST_MAC = new Uint8Array(6).fill(0xff);
const BROADCAST_IP = 0xffff_ffff;
const LEASE_SECONDS = 86_400;
const BOOT_REPLY = 2;

export interface GatewaySpec {
  readonly address: Ip;
  /** Bits of the network part, 8 to 30. */
  readonly prefix: number;
  readonly mac: Uint8Array;
  /** The addresses that are leased; without it all of the network, null: none are. */
  readonly range?: { readonly first: Ip; readonly last: Ip } | null;
}

export interface Lease {
  readonly mac: string;
  readonly address: string;
  readonly hostName: string;
}

export interface Gateway {
  leases(): readonly Lease[];
  /** Gives an address that this network's DHCP must hand to `mac`. */
  reserve(mac: string, address: Ip): void;
}

export function createGateway(port: FramePort, spec: GatewaySpec): Gateway {
  const leased = new Map<string, Ip>();
  const names = new Map<string, string>();
  const mask = (0xffff_ffff << (32 - spec.prefix)) >>> 0;
  const network = (spec.address & mask) >>> 0;
  const last = (network | ~mask) >>> 0;

  const from = Math.max(network + 1, spec.range?.first ?? 0);
  const to = Math.min(last - 1, spec.range?.last ?? last);

  const free = (address: Ip): boolean =>
    address >= from && address <= to && address !== spec.address && ![...leased.values()].includes(address);

  /** The address of a client: the one it had, the one it asks for if that is free, or the first free one. */
  const lease = (mac: string, wanted: Ip): Ip | undefined => {
    const known = leased.get(mac);
    if (known !== undefined) return known;
    let address = free(wanted) ? wanted : from;
    while (address <= to && !free(address)) address += 1;
    if (address > to) return undefined;
    leased.set(mac, address);
    return address;
  };

  const answerArp = (frame: Uint8Array): void => {
    const request = frame.subarray(Ethernet.size);
    if (request.length < Arp.size) return;
    const view = viewOf(request);
    if (view.getUint16(Arp.operation) !== ArpOperation.request || view.getUint32(Arp.targetIp) !== spec.address) return;
    const reply = request.slice(0, Arp.size);
    const out = viewOf(reply);
    out.setUint16(Arp.operation, ArpOperation.reply);
    reply.set(spec.mac, Arp.senderMac);
    out.setUint32(Arp.senderIp, spec.address);
    reply.set(request.subarray(Arp.senderMac, Arp.senderMac + 10), Arp.targetMac);
    port.send(ethernet(frame.subarray(6, 12), spec.mac, EtherType.arp, reply));
  };

  const answerPing = (frame: Uint8Array, source: Ip, message: Uint8Array): void => {
    if (message.length < 8 || message[Icmp.type] !== IcmpType.echoRequest) return;
    const reply = message.slice();
    reply[Icmp.type] = IcmpType.echoReply;
    viewOf(reply).setUint16(Icmp.checksum, 0);
    viewOf(reply).setUint16(Icmp.checksum, checksum(reply));
    port.send(ethernet(frame.subarray(6, 12), spec.mac, EtherType.ipv4, ipv4(spec.address, source, Protocol.icmp, reply)));
  };

  const answerDhcp = (message: Uint8Array): void => {
    if (message.length < Dhcp.options || viewOf(message).getUint32(Dhcp.cookie) !== DHCP_COOKIE) return;
    const options = readOptions(message.subarray(Dhcp.options));
    const mac = macKey(message, Dhcp.clientMac);
    const type = options.get(DhcpOption.type)?.[0];
    if (type === DhcpType.release) {
      leased.delete(mac);
      return;
    }
    if (type !== DhcpType.discover && type !== DhcpType.request) return;
    const asked = options.get(DhcpOption.requestedIp);
    const wanted = asked?.length === 4 ? viewOf(asked).getUint32(0) : viewOf(message).getUint32(Dhcp.clientIp);
    const address = lease(mac, wanted);
    if (address === undefined) return;
    const host = options.get(DhcpOption.hostName);
    if (host) names.set(mac, new TextDecoder().decode(host));
    const refused = type === DhcpType.request && wanted !== 0 && wanted !== address;
    const answer = refused ? DhcpType.nak : type === DhcpType.discover ? DhcpType.offer : DhcpType.ack;
    const reply = dhcpReply(message, spec, mask, refused ? 0 : address, answer);
    const packet = udp(spec.address, DhcpPort.server, BROADCAST_IP, DhcpPort.client, reply);
    port.send(ethernet(BROADCAST_MAC, spec.mac, EtherType.ipv4, packet));
  };

  port.onFrame((frame) => {
    if (frame.length < Ethernet.size) return true;
    if (viewOf(frame).getUint16(Ethernet.type) === EtherType.arp) answerArp(frame);
    const packet = readIpv4(frame);
    if (packet?.protocol === Protocol.icmp && packet.destination === spec.address)
      answerPing(frame, packet.source, packet.payload);
    const datagram = packet?.protocol === Protocol.udp && packet.payload.length >= Udp.size ? packet.payload : undefined;
    if (spec.range !== null && datagram && viewOf(datagram).getUint16(Udp.destination) === DhcpPort.server)
      answerDhcp(datagram.subarray(Udp.size));
    return true;
  });

  return {
    leases: () => [...leased].map(([mac, address]) => ({ mac, address: formatIp(address), hostName: names.get(mac) ?? '' })),
    reserve: (mac, address) => {
      leased.set(mac, address);
    },
  };
}

function readOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at] ?? DhcpOption.end;
    if (code === DhcpOption.end) break;
    if (code === DhcpOption.pad) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    options.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

function dhcpReply(request: Uint8Array, spec: GatewaySpec, mask: Ip, address: Ip, type: number): Uint8Array {
  const word = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  const options = [DhcpOption.type, 1, type, DhcpOption.server, 4, ...word(spec.address)];
  if (type !== DhcpType.nak) {
    options.push(
      DhcpOption.leaseSeconds,
      4,
      ...word(LEASE_SECONDS),
      DhcpOption.mask,
      4,
      ...word(mask),
      DhcpOption.router,
      4,
      ...word(spec.address),
    );
  }
  options.push(DhcpOption.end);
  const reply = new Uint8Array(Dhcp.options + options.length);
  reply.set(request.subarray(0, Dhcp.cookie + 4));
  reply.fill(0, Dhcp.clientMac + 16, Dhcp.cookie);
  const view = viewOf(reply);
  view.setUint8(Dhcp.op, BOOT_REPLY);
  view.setUint32(Dhcp.yourIp, address);
  view.setUint32(Dhcp.serverIp, spec.address);
  view.setUint32(Dhcp.cookie, DHCP_COOKIE);
  reply.set(options, Dhcp.options);
  return reply;
}
