/** Calls that the process of one instance answers: its Blanket, its machines, their networks and disks. */
import * as z from 'zod';
import { changes, reads } from './call.ts';
import { machine, machineSettings } from './fleet.ts';
import { exitRow, gaugeName, history, readings } from './gauges.ts';
import { bytes, count, done, instanceId, label, machineId, moment, name, note, positive, taskId, unitId } from './shapes.ts';
import { capture, forward, lease, network, storePath, storeValue, volume } from './storage.ts';

/** What a new machine is made of. */
export const machineOrder = machineSettings.partial().extend({
  name,
  image: z.string().max(80),
  vcpus: positive.max(64),
  memoryMib: positive,
  diskMib: count,
  /** The disk of the library that its disk begins as; empty without. */
  disk: z.string().max(63).optional(),
  network: z.string().max(80),
});
export type MachineOrder = z.output<typeof machineOrder>;

export const snapshot = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  at: moment,
  parent: z.string().nullable(),
  withMemory: z.boolean(),
  bytes: count,
  current: z.boolean(),
});
export type Snapshot = z.output<typeof snapshot>;

const machineAction = z.enum(['start', 'shutdown', 'reboot', 'pause', 'resume', 'off', 'reset', 'save', 'restore']);
export type MachineAction = z.output<typeof machineAction>;

const begun = z.object({ task: taskId });

export const machineCalls = {
  'blanket.lay': changes(
    'world',
    z.strictObject({ instance: instanceId, globalPages: z.boolean(), perCpuUpcalls: z.boolean() }),
    begun,
  ),
  'blanket.partition': changes(
    'world',
    z.strictObject({
      instance: instanceId,
      count: z.number().int().min(1).max(1000),
      order: machineOrder,
      start: z.boolean(),
      template: machineId.nullable(),
    }),
    begun,
  ),
  'instance.save': changes('world', z.strictObject({ instance: instanceId }), begun),
  'instance.resume': changes('world', z.strictObject({ instance: instanceId }), begun),
  'machine.create': changes('world', z.strictObject({ instance: instanceId, order: machineOrder, start: z.boolean() }), begun),
  'machine.clone': changes(
    'world',
    z.strictObject({ machine: machineId, name, count: z.number().int().min(1).max(200), start: z.boolean() }),
    begun,
  ),
  'machine.act': changes('world', z.strictObject({ machine: machineId, action: machineAction }), begun),
  'machine.edit': changes('world', z.strictObject({ machine: machineId, change: machineSettings.partial().strict() }), machine),
  'machine.remove': changes('world', z.strictObject({ machine: machineId }), begun),
  'machine.template': changes('world', z.strictObject({ machine: machineId, on: z.boolean() }), machine),
  /** A new disk of so many MiB, or the person's own image `file`; the guest sees it at once if it runs. */
  'disk.attach': changes(
    'world',
    z.strictObject({
      machine: machineId,
      sizeMib: count.max(16 * 2 ** 20),
      file: z.string().min(1).max(4096).nullable(),
      readOnly: z.boolean(),
      /** The disk of the library that it begins as. */
      image: z.string().max(63).optional(),
    }),
    machine,
  ),
  /** A disk that was made for the machine is gone afterwards; a person's own image stays. */
  'disk.detach': changes('world', z.strictObject({ machine: machineId, disk: z.string().max(40) }), begun),
  'nic.attach': changes('world', z.strictObject({ machine: machineId, network: z.string().min(1).max(80) }), machine),
  'nic.detach': changes('world', z.strictObject({ machine: machineId, nic: z.string().max(40) }), begun),
  /** The store that domains and their control domain share, as the control domain sees it. Null: there is no such node. */
  'store.read': reads(
    'world',
    z.strictObject({ instance: instanceId, path: storePath }),
    z.object({ value: z.string().nullable() }),
  ),
  'store.list': reads(
    'world',
    z.strictObject({ instance: instanceId, path: storePath }),
    z.object({ names: z.array(z.string()).nullable() }),
  ),
  'store.write': changes('world', z.strictObject({ instance: instanceId, path: storePath, value: storeValue }), done),
  'store.remove': changes('world', z.strictObject({ instance: instanceId, path: storePath }), done),
  /** The newest sample of every unit; null before the first. */
  'metrics.latest': reads('world', z.strictObject({ instance: instanceId }), z.object({ readings: readings.nullable() })),
  'machine.exits': reads('world', z.strictObject({ unit: unitId }), z.array(exitRow)),
  'metrics.history': reads('world', z.strictObject({ unit: unitId, gauge: gaugeName, seconds: positive.max(604_800) }), history),
  'snapshot.list': reads('world', z.strictObject({ machine: machineId }), z.array(snapshot)),
  'snapshot.take': changes('world', z.strictObject({ machine: machineId, name, note }), begun),
  'snapshot.revert': changes('world', z.strictObject({ machine: machineId, snapshot: z.string().max(60) }), begun),
  'snapshot.remove': changes('world', z.strictObject({ machine: machineId, snapshot: z.string().max(60) }), done),
  'network.list': reads(
    'world',
    z.strictObject({ instance: instanceId }),
    z.object({ networks: z.array(network), leases: z.array(lease), forwards: z.array(forward) }),
  ),
  'network.create': changes(
    'world',
    z.strictObject({
      instance: instanceId,
      network: network.omit({ id: true, state: true, machines: true, instance: true, outside: true }),
    }),
    network,
  ),
  'network.remove': changes('world', z.strictObject({ instance: instanceId, network: z.string().max(80) }), done),
  'forward.add': changes('world', z.strictObject({ instance: instanceId, forward: forward.omit({ id: true }) }), forward),
  'forward.remove': changes('world', z.strictObject({ instance: instanceId, forward: z.string().max(80) }), done),
  /** Writes a disk to a new file of the person's. Refused while the machine may write to it. */
  'volume.export': changes(
    'world',
    z.strictObject({
      machine: machineId,
      disk: z.string().max(40),
      format: z.enum(['raw', 'qcow2']),
      path: z.string().max(4096),
    }),
    begun,
  ),
  'volume.list': reads('world', z.strictObject({ instance: instanceId }), z.array(volume)),
  'capture.list': reads('world', z.strictObject({ machine: machineId }), z.array(capture)),
  'capture.start': changes(
    'world',
    z.strictObject({ machine: machineId, nic: z.string().max(40) }),
    z.object({ capture: z.string() }),
  ),
  'capture.stop': changes(
    'world',
    z.strictObject({ machine: machineId, capture: z.string().max(60) }),
    z.object({ bytes: bytes, packets: count, missed: count }),
  ),
  'machine.label': changes(
    'world',
    z.strictObject({ machines: z.array(machineId).max(1000), add: z.array(label).max(20), group: z.string().max(40).nullable() }),
    done,
  ),
};
