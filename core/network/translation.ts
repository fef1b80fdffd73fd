/**
 * Address translation (NAPT, RFC 3022) of TCP, UDP and ICMP echo: one outside address stands for many inside. A mapping belongs
 * to an inside endpoint, whoever it talks to (RFC 4787 section 4.1); static ones are port forwards.
 */
import { Icmp, IcmpType, Ipv4, Protocol, Tcp, Udp } from '../abi/net/packets.table.ts';
import { checksum, type Ip, viewOf } from './packet.ts';

export type Carried = 'tcp' | 'udp' | 'icmp';

/** Ports that mappings take, above those that forwards usually have (RFC 6056 asks for a wide range). */
const PORTS = { first: 32_768, last: 60_999 } as const;
/** Mappings kept; the one that was longest without traffic goes first. */
const MOST_MAPPINGS = 4096;
const MORE_FRAGMENTS_AND_OFFSET = 0x3fff;

/** Where the number that tells conversations apart stands, and the checksum over it; by direction for TCP and UDP. */
interface Form {
  readonly name: Carried;
  readonly size: number;
  readonly source: number;
  readonly destination: number;
  readonly checksum: number;
  /** The checksum covers the addresses, too (the pseudo header). */
  readonly pseudo: boolean;
}

/** The identifier of an echo. */
const ECHO_ID = 4;
const FORMS: Readonly<Record<number, Form>> = {
  [Protocol.tcp]: {
    name: 'tcp',
    size: Tcp.size,
    source: Tcp.source,
    destination: Tcp.destination,
    checksum: Tcp.checksum,
    pseudo: true,
  },
  [Protocol.udp]: {
    name: 'udp',
    size: Udp.size,
    source: Udp.source,
    destination: Udp.destination,
    checksum: Udp.checksum,
    pseudo: true,
  },
  [Protocol.icmp]: { name: 'icmp', size: 8, source: ECHO_ID, destination: ECHO_ID, checksum: Icmp.checksum, pseudo: false },
};

interface Mapping {
  readonly carried: Carried;
  readonly address: Ip;
  readonly port: number;
  readonly outside: number;
  readonly isStatic: boolean;
}

export class Translation {
  /** Least recently used first. */
  readonly #inside = new Map<string, Mapping>();
  readonly #outside = new Map<string, Mapping>();
  #next: number = PORTS.first;

  /** @param address the outside one */
  constructor(readonly address: Ip) {}

  /** From now on the outside port leads to an inside endpoint. False: it is taken. */
  forward(carried: 'tcp' | 'udp', port: number, address: Ip, toPort: number): boolean {
    if (this.#outside.get(`${carried} ${port}`)?.isStatic === true) return false;
    this.#put({ carried, address, port: toPort, outside: port, isStatic: true });
    return true;
  }

  unforward(carried: 'tcp' | 'udp', port: number): void {
    const mapping = this.#outside.get(`${carried} ${port}`);
    if (mapping?.isStatic === true) this.#drop(mapping);
  }

  /** The packet as it goes out, or undefined if it cannot: a fragment, another protocol, or no time to live. */
  out(packet: Uint8Array): Uint8Array | undefined {
    const parts = partsOf(packet);
    if (parts === undefined || (parts.form.name === 'icmp' && parts.payload[Icmp.type] !== IcmpType.echoRequest))
      return undefined;
    const { form, view, payload } = parts;
    const port = viewOf(payload).getUint16(form.source);
    const mapping = this.#mappingFor(form.name, view.getUint32(Ipv4.source), port);
    return mapping && rewritten(parts, 'source', this.address, mapping.outside);
  }

  /** The packet as it goes in and its inside address, or undefined if nobody inside waits for it. */
  in(packet: Uint8Array): { packet: Uint8Array; to: Ip } | undefined {
    const parts = partsOf(packet);
    if (parts === undefined || (parts.form.name === 'icmp' && parts.payload[Icmp.type] !== IcmpType.echoReply)) return undefined;
    const { form, payload } = parts;
    const mapping = this.#outside.get(`${form.name} ${viewOf(payload).getUint16(form.destination)}`);
    if (mapping === undefined) return undefined;
    this.#touch(mapping);
    const changed = rewritten(parts, 'destination', mapping.address, mapping.port);
    return changed && { packet: changed, to: mapping.address };
  }

  #mappingFor(carried: Carried, address: Ip, port: number): Mapping | undefined {
    const known = this.#inside.get(`${carried} ${address}:${port}`);
    if (known !== undefined) {
      this.#touch(known);
      return known;
    }
    const outside = this.#freePort(carried);
    if (outside === undefined) return undefined;
    const mapping: Mapping = { carried, address, port, outside, isStatic: false };
    this.#put(mapping);
    if (this.#inside.size > MOST_MAPPINGS) {
      const oldest = [...this.#inside.values()].find((it) => !it.isStatic);
      if (oldest !== undefined) this.#drop(oldest);
    }
    return mapping;
  }

  #freePort(carried: Carried): number | undefined {
    for (let tried = PORTS.first; tried <= PORTS.last; tried++) {
      const port = this.#next;
      this.#next = port === PORTS.last ? PORTS.first : port + 1;
      if (!this.#outside.has(`${carried} ${port}`)) return port;
    }
    return undefined;
  }

  #touch(mapping: Mapping): void {
    const key = keyOf(mapping);
    this.#inside.delete(key);
    this.#inside.set(key, mapping);
  }

  #put(mapping: Mapping): void {
    this.#inside.set(keyOf(mapping), mapping);
    this.#outside.set(`${mapping.carried} ${mapping.outside}`, mapping);
  }

  #drop(mapping: Mapping): void {
    this.#inside.delete(keyOf(mapping));
    this.#outside.delete(`${mapping.carried} ${mapping.outside}`);
  }
}

const keyOf = ({ carried, address, port }: Mapping): string => `${carried} ${address}:${port}`;

interface Parts {
  readonly form: Form;
  readonly packet: Uint8Array;
  readonly view: DataView;
  readonly payload: Uint8Array;
}

function partsOf(packet: Uint8Array): Parts | undefined {
  if (packet.length < Ipv4.size) return undefined;
  const view = viewOf(packet);
  const header = (view.getUint8(Ipv4.versionLength) & 15) * 4;
  const form = FORMS[view.getUint8(Ipv4.protocol)];
  if (form === undefined || (view.getUint16(Ipv4.fragment) & MORE_FRAGMENTS_AND_OFFSET) !== 0) return undefined;
  const payload = packet.subarray(header);
  return header < Ipv4.size || payload.length < form.size ? undefined : { form, packet, view, payload };
}

/** A copy with another endpoint, one hop less to live, and checksums to match. */
function rewritten({ form, packet }: Parts, side: 'source' | 'destination', address: Ip, port: number): Uint8Array | undefined {
  const copy = packet.slice();
  const view = viewOf(copy);
  const hops = view.getUint8(Ipv4.ttl);
  if (hops <= 1) return undefined;
  const header = (view.getUint8(Ipv4.versionLength) & 15) * 4;
  const payload = viewOf(copy.subarray(header));
  const before = view.getUint32(Ipv4[side]);
  const portBefore = payload.getUint16(form[side]);
  view.setUint8(Ipv4.ttl, hops - 1);
  view.setUint32(Ipv4[side], address);
  view.setUint16(Ipv4.checksum, 0);
  view.setUint16(Ipv4.checksum, checksum(copy.subarray(0, header)));
  payload.setUint16(form[side], port);
  const sum = payload.getUint16(form.checksum);
  // A UDP datagram without checksum stays without (RFC 768).
  if (form.name === 'udp' && sum === 0) return copy;
  const changes: [number, number][] = [[portBefore, port]];
  if (form.pseudo) changes.push([before >>> 16, address >>> 16], [before & 0xffff, address & 0xffff]);
  const updated = changes.reduce((value, [was, is]) => updatedSum(value, was, is), sum);
  payload.setUint16(form.checksum, form.name === 'udp' ? updated || 0xffff : updated);
  return copy;
}

/** RFC 1624 section 3, equation 3: HC' = ~(~HC + ~m + m'). */
function updatedSum(sum: number, was: number, is: number): number {
  let value = (~sum & 0xffff) + (~was & 0xffff) + is;
  while (value > 0xffff) value = (value & 0xffff) + (value >>> 16);
  return ~value & 0xffff;
}
