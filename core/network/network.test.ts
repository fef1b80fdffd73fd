/** The switch learns, the gateway leases, and captures are files that others read. */
import { describe, expect, it } from 'vitest';
import { DHCP_COOKIE, Dhcp, DhcpOption, DhcpPort, DhcpType, EtherType } from '../abi/net/packets.table.ts';
import { createGateway } from './gateway.ts';
import { checksum, ethernet, parseIp, readIpv4, udp } from './packet.ts';
import { pcapHeader, pcapRecord } from './pcap.ts';
import { createSwitch, macKey } from './switch.ts';

const mac = (last: number): Uint8Array => Uint8Array.of(0x00, 0x16, 0x3e, 0, 0, last);

function station(plugged: ReturnType<ReturnType<typeof createSwitch>['plug']>) {
  const got: Uint8Array[] = [];
  plugged.onFrame((frame) => {
    got.push(frame);
    return true;
  });
  return {
    got,
    send: (to: Uint8Array, from: Uint8Array, payload = new Uint8Array(46)) => plugged.send(ethernet(to, from, 0x88b5, payload)),
  };
}

describe('the switch', () => {
  it('floods what it does not know and learns where to send the rest', () => {
    const fabric = createSwitch();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => station(fabric.plug(name)));
    a?.send(mac(2), mac(1));
    expect([a?.got.length, b?.got.length, c?.got.length]).toEqual([0, 1, 1]);
    b?.send(mac(1), mac(2));
    expect([a?.got.length, c?.got.length]).toEqual([1, 1]);
    a?.send(mac(2), mac(1));
    expect([b?.got.length, c?.got.length]).toEqual([2, 1]);
    expect(fabric.addresses().get(macKey(mac(2)))).toBe('b');
  });

  it('forgets a port that is unplugged', () => {
    const fabric = createSwitch();
    const plug = fabric.plug('b');
    const [a, b, c] = [station(fabric.plug('a')), station(plug), station(fabric.plug('c'))];
    b.send(mac(1), mac(2));
    plug.unplug();
    a.send(mac(2), mac(1));
    expect(b.got.length).toBe(0);
    expect(c.got.length).toBe(2);
  });

  it('keeps a bounded number of frames for a port without room and delivers them in order', () => {
    const fabric = createSwitch();
    const slow = fabric.plug('slow');
    const fast = station(fabric.plug('fast'));
    for (let index = 0; index < 300; index++) fast.send(mac(9), mac(1), Uint8Array.of(index & 255, index >> 8));
    const got: number[] = [];
    slow.onFrame((frame) => {
      got.push((frame[14] ?? 0) | ((frame[15] ?? 0) << 8));
      return true;
    });
    expect(got).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(slow.counters.dropped).toBe(44);
  });
});

function dhcp(client: Uint8Array, type: number, requested?: number): Uint8Array {
  const word = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  const options = [
    DhcpOption.type,
    1,
    type,
    ...(requested === undefined ? [] : [DhcpOption.requestedIp, 4, ...word(requested)]),
    DhcpOption.end,
  ];
  const message = new Uint8Array(Dhcp.options + options.length);
  message[Dhcp.op] = 1;
  message[Dhcp.hlen] = 6;
  message.set(client, Dhcp.clientMac);
  new DataView(message.buffer).setUint32(Dhcp.cookie, DHCP_COOKIE);
  message.set(options, Dhcp.options);
  return ethernet(
    new Uint8Array(6).fill(255),
    client,
    EtherType.ipv4,
    udp(0, DhcpPort.client, 0xffff_ffff, DhcpPort.server, message),
  );
}

describe('the gateway', () => {
  const spec = { address: parseIp('10.0.3.1'), prefix: 29, mac: mac(0xfe) };
  const setUp = () => {
    const fabric = createSwitch();
    const gateway = createGateway(fabric.plug('gateway'), spec);
    const port = fabric.plug('guest');
    const got: Uint8Array[] = [];
    port.onFrame((frame) => {
      got.push(frame);
      return true;
    });
    const reply = () => readIpv4(got.at(-1) ?? new Uint8Array())?.payload.subarray(8) ?? new Uint8Array();
    const leased = () => new DataView(reply().buffer, reply().byteOffset).getUint32(Dhcp.yourIp);
    return { gateway, port, got, reply, leased };
  };

  it('offers, acknowledges and keeps an address per client', () => {
    const { gateway, port, got, leased } = setUp();
    port.send(dhcp(mac(1), DhcpType.discover));
    const address = leased();
    expect(address).toBe(parseIp('10.0.3.2'));
    port.send(dhcp(mac(1), DhcpType.request, address));
    expect(leased()).toBe(address);
    port.send(dhcp(mac(2), DhcpType.discover));
    expect(leased()).toBe(parseIp('10.0.3.3'));
    expect(gateway.leases().map((lease) => lease.address)).toEqual(['10.0.3.2', '10.0.3.3']);
    expect(got.length).toBe(3);
  });

  it('falls silent when no address is left and gives a released one again', () => {
    const { port, got, leased } = setUp();
    for (let client = 1; client <= 6; client++) port.send(dhcp(mac(client), DhcpType.discover));
    expect(got.length).toBe(5);
    port.send(dhcp(mac(1), DhcpType.release));
    port.send(dhcp(mac(6), DhcpType.discover));
    expect(leased()).toBe(parseIp('10.0.3.2'));
  });

  it('sends packets whose checksums hold', () => {
    const { port, got } = setUp();
    port.send(dhcp(mac(1), DhcpType.discover));
    expect(checksum((got[0] ?? new Uint8Array()).subarray(14, 34))).toBe(0);
  });
});

describe('a capture', () => {
  it('begins with the magic number and keeps the length of each frame', () => {
    expect([...pcapHeader().subarray(0, 4)]).toEqual([0x4d, 0x3c, 0xb2, 0xa1]);
    const record = pcapRecord(1_500_000_000_000_000_001n, new Uint8Array(60));
    expect(new DataView(record.buffer).getUint32(0, true)).toBe(1_500_000_000);
    expect(new DataView(record.buffer).getUint32(4, true)).toBe(1);
    expect(record.length).toBe(76);
  });
});
