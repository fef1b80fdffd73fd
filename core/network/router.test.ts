/** Machines of an inner network reach the outer one through one address, and are reached through forwarded ports. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Arp, ArpOperation, Ethernet, EtherType, Ipv4, Protocol, Tcp, Udp } from '../abi/net/packets.table.ts';
import { checksum, ethernet, formatIp, type Ip, ipv4, parseIp, readIpv4, udp, viewOf } from './packet.ts';
import { createRouter } from './router.ts';
import { createSwitch } from './switch.ts';
import { Translation } from './translation.ts';

const mac = (last: number): Uint8Array => Uint8Array.of(0x00, 0x16, 0x3e, 0, 0, last);
const INNER = { address: parseIp('10.0.1.1'), prefix: 24, mac: mac(1) };
const OUTER = { address: parseIp('10.77.0.9'), prefix: 16, mac: mac(2), gateway: parseIp('10.77.0.1') };
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** A host that answers ARP for its address and keeps what it gets. */
function host(wires: ReturnType<typeof createSwitch>, address: Ip, own: Uint8Array) {
  const port = wires.plug(formatIp(address));
  const got: { source: string; destination: string; payload: Uint8Array }[] = [];
  port.onFrame((frame) => {
    const message = frame.subarray(Ethernet.size);
    if (viewOf(frame).getUint16(Ethernet.type) === EtherType.arp && viewOf(message).getUint32(Arp.targetIp) === address) {
      const reply = message.slice(0, Arp.size);
      viewOf(reply).setUint16(Arp.operation, ArpOperation.reply);
      reply.set(own, Arp.senderMac);
      viewOf(reply).setUint32(Arp.senderIp, address);
      reply.set(message.subarray(Arp.senderMac, Arp.senderMac + 10), Arp.targetMac);
      port.send(ethernet(frame.subarray(6, 12), own, EtherType.arp, reply));
    }
    const packet = readIpv4(frame);
    if (packet !== undefined && packet.destination === address)
      got.push({ source: formatIp(packet.source), destination: formatIp(packet.destination), payload: packet.payload.slice() });
    return true;
  });
  return { got, send: (to: Uint8Array, packet: Uint8Array) => port.send(ethernet(to, own, EtherType.ipv4, packet)) };
}

function twoNetworks() {
  const inner = createSwitch();
  const outer = createSwitch();
  const router = createRouter(inner.plug('router'), INNER, outer.plug('router'), OUTER);
  const web = host(inner, parseIp('10.0.1.10'), mac(10));
  const far = host(outer, parseIp('10.77.3.4'), mac(20));
  return { router, web, far };
}

it('lets a machine ask a host outside, and brings the answer back to its own port', () => {
  const { web, far } = twoNetworks();
  web.send(INNER.mac, udp(parseIp('10.0.1.10'), 5000, parseIp('10.77.3.4'), 53, text('asked')));
  expect(far.got).toMatchObject([{ source: '10.77.0.9', destination: '10.77.3.4' }]);
  const port = viewOf(far.got[0]?.payload ?? new Uint8Array(8)).getUint16(Udp.source);
  far.send(OUTER.mac, udp(parseIp('10.77.3.4'), 53, OUTER.address, port, text('answered')));
  expect(web.got).toMatchObject([{ source: '10.77.3.4', destination: '10.0.1.10' }]);
  expect(viewOf(web.got[0]?.payload ?? new Uint8Array(8)).getUint16(Udp.destination)).toBe(5000);
});

it('leads a forwarded port to a machine, and its answers back from that port', () => {
  const { router, web, far } = twoNetworks();
  expect(router.translation.forward('udp', 8080, parseIp('10.0.1.10'), 80)).toBe(true);
  expect(router.translation.forward('udp', 8080, parseIp('10.0.1.11'), 80)).toBe(false);
  far.send(OUTER.mac, udp(parseIp('10.77.3.4'), 999, OUTER.address, 8080, text('hello')));
  expect(viewOf(web.got[0]?.payload ?? new Uint8Array(8)).getUint16(Udp.destination)).toBe(80);
  web.send(INNER.mac, udp(parseIp('10.0.1.10'), 80, parseIp('10.77.3.4'), 999, text('hi')));
  expect(viewOf(far.got[0]?.payload ?? new Uint8Array(8)).getUint16(Udp.source)).toBe(8080);
  router.translation.unforward('udp', 8080);
  far.send(OUTER.mac, udp(parseIp('10.77.3.4'), 999, OUTER.address, 8080, text('again')));
  expect(web.got).toHaveLength(1);
});

it('lets nobody in who was not asked for', () => {
  const { web, far } = twoNetworks();
  far.send(OUTER.mac, udp(parseIp('10.77.3.4'), 1, OUTER.address, 40_000, text('knock')));
  expect(web.got).toEqual([]);
});

it('tells two machines with the same port apart', () => {
  const translation = new Translation(OUTER.address);
  const ports = ['10.0.1.10', '10.0.1.11'].map((from) => {
    const out = translation.out(udp(parseIp(from), 5000, parseIp('9.9.9.9'), 53, text('x')));
    return viewOf(out ?? new Uint8Array(28)).getUint16(Ipv4.size + Udp.source);
  });
  expect(new Set(ports).size).toBe(2);
});

it('drops fragments, other protocols, and packets at the end of their life', () => {
  const translation = new Translation(OUTER.address);
  const whole = udp(parseIp('10.0.1.10'), 1, parseIp('9.9.9.9'), 2, text('x'));
  const changed = (change: (view: DataView) => void): Uint8Array => {
    const copy = whole.slice();
    change(viewOf(copy));
    return copy;
  };
  expect(translation.out(changed((view) => view.setUint16(Ipv4.fragment, 0x2000)))).toBeUndefined();
  expect(translation.out(changed((view) => view.setUint8(Ipv4.protocol, 47)))).toBeUndefined();
  expect(translation.out(changed((view) => view.setUint8(Ipv4.ttl, 1)))).toBeUndefined();
  expect(translation.out(whole.subarray(0, 12))).toBeUndefined();
});

/** A TCP segment with a right checksum. */
function segment(source: Ip, sourcePort: number, destination: Ip, port: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Tcp.size + payload.length);
  const view = viewOf(bytes);
  view.setUint16(Tcp.source, sourcePort);
  view.setUint16(Tcp.destination, port);
  bytes.set(payload, Tcp.size);
  view.setUint16(Tcp.checksum, checksum(bytes, pseudo(source, destination, Protocol.tcp, bytes.length)));
  return ipv4(source, destination, Protocol.tcp, bytes);
}
const pseudo = (a: Ip, b: Ip, protocol: number, length: number): number =>
  (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff) + protocol + length;

it('keeps every checksum right, out and back, for any endpoints and content', () => {
  const ip = fc.integer({ min: 1, max: 0xffff_fffe });
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(
      ip,
      port,
      ip,
      port,
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('tcp', 'udp'),
      (from, fromPort, to, toPort, content, kind) => {
        const translation = new Translation(OUTER.address);
        const make = kind === 'tcp' ? segment : udp;
        const out = translation.out(make(from, fromPort, to, toPort, content));
        if (out === undefined) throw new Error('not translated');
        expect(right(out)).toBe(true);
        const outside = viewOf(out).getUint16(Ipv4.size);
        const back = translation.in(make(to, toPort, OUTER.address, outside, content));
        expect(back?.to).toBe(from);
        expect(right(back?.packet ?? new Uint8Array())).toBe(true);
        expect(viewOf(back?.packet ?? new Uint8Array(24)).getUint16(Ipv4.size + 2)).toBe(fromPort);
      },
    ),
  );
});

/** Both checksums of a packet come out. */
function right(packet: Uint8Array): boolean {
  const view = viewOf(packet);
  const body = packet.subarray(Ipv4.size);
  const over = pseudo(view.getUint32(Ipv4.source), view.getUint32(Ipv4.destination), view.getUint8(Ipv4.protocol), body.length);
  return checksum(packet.subarray(0, Ipv4.size)) === 0 && checksum(body, over) === 0;
}
