/** Inner networks lease their own addresses, reach the bridge through translation, and are kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DHCP_COOKIE, Dhcp, DhcpOption, DhcpPort, DhcpType, EtherType } from '../../abi/net/packets.table.ts';
import type { Machine } from '../../contract/fleet.ts';
import { worldFiles } from '../../host/world-files.ts';
import { ethernet, readIpv4, udp, viewOf } from '../../network/packet.ts';
import { createFabric, macOf } from '../fabric.ts';
import { InstanceNetworks } from './networks.ts';

const NAT = {
  name: 'inner',
  kind: 'nat',
  subnet: '10.0.1.0/24',
  gateway: '10.0.1.1',
  dhcp: true,
  dhcpFrom: '10.0.1.10',
  dhcpTo: '10.0.1.250',
} as const;
const FORWARD = { network: 'inner', protocol: 'tcp', port: 8080, toAddress: '10.0.1.10', toPort: 80, note: '' } as const;
const MAC = macOf(7);
let folder = '';
let machines: Machine[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-networks-'));
  machines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function networksOf(fabric = createFabric()): InstanceNetworks {
  return new InstanceNetworks({
    fabric,
    instance: 'i1',
    files: worldFiles(folder, folder),
    machines: () => machines,
    plugOut: (name) => fabric.plug(name),
    now: () => 0,
  });
}

/** Asks for an address as a booting machine does; the answer is the address that is offered. */
function discover(port: ReturnType<InstanceNetworks['plug']>): string | undefined {
  const request = new Uint8Array(Dhcp.options + 4);
  const view = viewOf(request);
  request.set(MAC, Dhcp.clientMac);
  view.setUint32(Dhcp.cookie, DHCP_COOKIE);
  request.set([DhcpOption.type, 1, DhcpType.discover, DhcpOption.end], Dhcp.options);
  let offered: string | undefined;
  port.onFrame((frame) => {
    const message = readIpv4(frame)?.payload.subarray(8);
    if (message !== undefined) offered = [...message.subarray(Dhcp.yourIp, Dhcp.yourIp + 4)].join('.');
    return true;
  });
  const packet = udp(0, DhcpPort.client, 0xffff_ffff, DhcpPort.server, request);
  port.send(ethernet(new Uint8Array(6).fill(0xff), MAC, EtherType.ipv4, packet));
  return offered;
}

it('leases addresses of the range of each network, and of none where that is off', () => {
  const networks = networksOf();
  networks.create(NAT);
  networks.create({ ...NAT, name: 'quiet', kind: 'isolated', subnet: '10.0.2.0/24', gateway: '10.0.2.1', dhcp: false });
  expect(discover(networks.plug('inner', 'vm'))).toBe('10.0.1.10');
  expect(discover(networks.plug('bridge0', 'vm'))).toBe('10.77.0.2');
  expect(discover(networks.plug('quiet', 'vm'))).toBeUndefined();
  expect(networks.leased().find((lease) => lease.network === 'inner')).toMatchObject({ address: '10.0.1.10' });
});

it('lists machines and their leases by network', () => {
  const networks = networksOf();
  networks.create(NAT);
  const mac = [...MAC].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  machines = [{ id: 'i1.1', name: 'vm', nics: [{ id: 'eth0', mac, network: 'inner', connected: true }] } as unknown as Machine];
  discover(networks.plug('inner', 'vm'));
  const { networks: rows, leases } = networks.list();
  expect(rows.map((row) => [row.name, row.kind, row.machines])).toEqual([
    ['bridge0', 'bridge', 0],
    ['inner', 'nat', 1],
  ]);
  expect(leases).toMatchObject([{ network: 'inner', machine: 'i1.1', address: '10.0.1.10' }]);
});

it('keeps networks and forwards across processes', () => {
  const before = networksOf();
  before.create(NAT);
  before.addForward(FORWARD);
  const { networks, forwards } = networksOf().list();
  expect([networks.map((it) => it.name), forwards]).toEqual([['bridge0', 'inner'], [{ ...FORWARD, id: 'f2' }]]);
});

it('says under which address forwards are reached, where there is a way out', () => {
  const networks = networksOf();
  expect(networks.create(NAT).outside).toBe('10.77.255.253');
  const apart = { ...NAT, name: 'quiet', kind: 'isolated', subnet: '10.0.2.0/24', gateway: '10.0.2.1' } as const;
  expect(networks.create(apart).outside).toBe('');
  expect(networks.list().networks.map((it) => it.outside)).toEqual(['', '10.77.255.253', '']);
});

it('refuses what clashes, what is in use, and forwards without a way out', () => {
  const networks = networksOf();
  networks.create(NAT);
  expect(() => networks.create({ ...NAT, name: 'other', subnet: '10.0.0.0/16' })).toThrow('are those of inner');
  expect(() => networks.create({ ...NAT, kind: 'bridge', name: 'b', subnet: '10.9.0.0/16' })).toThrow('one bridge');
  networks.addForward(FORWARD);
  expect(() => networks.addForward(FORWARD)).toThrow('8080');
  expect(() => networks.addForward({ ...FORWARD, network: 'bridge0' })).toThrow('cannot be changed');
  machines = [
    { id: 'i1.1', name: 'vm', nics: [{ id: 'eth0', mac: '', network: 'inner', connected: true }] } as unknown as Machine,
  ];
  expect(() => networks.remove('inner')).toThrow('vm is on inner');
  machines = [];
  networks.remove('inner');
  expect(networks.list()).toMatchObject({ forwards: [], networks: [{ name: 'bridge0' }] });
});
