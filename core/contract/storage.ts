/** Images, disks, networks and the store: what machines are made from and joined by. */
import * as z from 'zod';
import { amount, count, instanceId, label, moment, name, unitId } from './shapes.ts';

export const image = z.object({
  id: z.string(),
  name: z.string(),
  /** What it holds: a kernel with its initial RAM disk, or a disk. */
  kind: z.enum(['kernel', 'disk']),
  /** `absent`: known and not prepared; `damaged`: its checksum is wrong. */
  state: z.enum(['absent', 'preparing', 'ready', 'damaged']),
  format: z.string(),
  /** Bytes a machine sees, and bytes on this computer's disk. */
  virtualBytes: amount,
  realBytes: amount,
  source: z.string(),
  checksum: z.string(),
  builtIn: z.boolean(),
  addedAt: moment.nullable(),
  usedBy: z.array(unitId),
});

export const volume = z.object({
  id: z.string(),
  name: z.string(),
  instance: instanceId,
  image: z.string(),
  virtualBytes: amount,
  realBytes: amount,
  usedBy: z.array(unitId),
});

const address4 = z.string().regex(/^(\d{1,3}\.){3}\d{1,3}$/, 'an address like 10.0.0.1');
export const network = z.object({
  id: z.string(),
  name,
  instance: instanceId,
  kind: z.enum(['bridge', 'nat', 'isolated']),
  subnet: z.string().regex(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, 'a subnet like 10.0.0.0/24'),
  gateway: address4,
  dhcp: z.boolean(),
  dhcpFrom: address4,
  dhcpTo: address4,
  state: z.enum(['up', 'down']),
  machines: count,
  /** Under which its forwards are reached on the bridge; '' without a way out. */
  outside: z.string().default(''),
});
export const lease = z.object({ network: z.string(), mac: z.string(), address: z.string(), machine: z.string(), until: moment });
export const forward = z.object({
  id: z.string(),
  network: z.string(),
  protocol: z.enum(['tcp', 'udp']),
  port: z.number().int().min(1).max(65_535),
  toAddress: address4,
  toPort: z.number().int().min(1).max(65_535),
  note: label.or(z.literal('')),
});

/** A node of the store (XenStore's rules: docs/misc/xenstore.txt). */
export const storePath = z
  .string()
  .max(3072)
  .regex(/^\/$|^(\/[\w@:+-]+)+$/, 'a path of the store like /local/domain/1/name');
export const storeValue = z.string().max(2048);

/** Packets of a network card, being kept. */
export const capture = z.object({
  id: z.string(),
  machine: z.string(),
  nic: z.string(),
  packets: count,
  bytes: count,
  /** Packets that came after it was full and are not kept. */
  missed: count,
});

export type Capture = z.output<typeof capture>;
export type Image = z.output<typeof image>;
export type Volume = z.output<typeof volume>;
export type Network = z.output<typeof network>;
export type Lease = z.output<typeof lease>;
export type Forward = z.output<typeof forward>;
