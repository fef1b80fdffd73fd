/** What there is: providers, what they rent out, instances, and the virtual machines in them. */
import * as z from 'zod';
import { amount, count, instanceId, label, machineId, moment, name, note, positive } from './shapes.ts';

export const flavour = z.enum(['xen', 'kvm', 'bare']);

export const provider = z.object({
  id: z.string(),
  name: z.string(),
  /** The first layer's hypervisor; `bare` is the emulated computer itself. */
  flavour,
  region: z.string(),
  currency: z.string(),
  /** Where the prices come from, and when they were true. */
  source: z.string(),
  priceDate: z.string(),
  billing: z.enum(['second', 'hour']),
  /** False: this build has no stack for it yet; its prices are for the planner. */
  rentable: z.boolean(),
});

export const instanceType = z.object({
  provider: z.string(),
  id: z.string(),
  family: z.string(),
  vcpus: positive,
  /** EC2 compute units: one is a 1.0-1.2 GHz processor of 2007. Null where the provider does not use them. */
  ecu: amount.nullable(),
  memoryMib: positive,
  diskGib: amount,
  networkMbit: amount,
  pricePerHour: amount,
});

/** Physical cores that virtual CPUs share, and what a core does with all its threads busy, as a multiple of what it does with one. */
export const cores = z.object({ count: positive, yield: z.number().min(1) });

/** Order to ready, then what may happen to it. `lost` means its process died and is being brought back. */
export const instanceState = z.enum([
  'ordered',
  'starting',
  'ready',
  'laying',
  'blanket',
  'saving',
  'saved',
  'stopping',
  'ended',
  'lost',
  'failed',
]);

/** What can be cut, after the second layer took its own share. */
export const capacity = z.object({
  cpuEcu: amount,
  vcpus: positive,
  memoryMib: count,
  diskMib: count,
  /** The driver domain's and the hypervisor's own share, already taken from the above. */
  ownMemoryMib: count,
  ownCpuEcu: amount,
});

export const instance = z.object({
  id: instanceId,
  name,
  provider: z.string(),
  flavour,
  type: z.string(),
  region: z.string(),
  /** What its own kernel is, before the Blanket; the default image where nothing is said. */
  image: z.string().optional(),
  /** Its provider has no nested paging; it has where nothing is said. */
  shadowPaging: z.boolean().optional(),
  state: instanceState,
  /** Why it is `lost` or `failed`, or what it is waiting for. */
  reason: z.string(),
  rentedAt: moment,
  readyAt: moment.nullable(),
  endedAt: moment.nullable(),
  pricePerHour: amount,
  currency: z.string(),
  vcpus: positive,
  ecu: amount.nullable(),
  /** Every virtual CPU is a core of its own where nothing is said. */
  cores: cores.optional(),
  memoryMib: positive,
  diskGib: amount,
  capacity: capacity.nullable(),
  tags: z.array(label),
  note,
  /** Times its process was brought back since the application started. */
  restarts: count,
});

const machineState = z.enum([
  'creating',
  'stopped',
  'starting',
  'running',
  'paused',
  'stopping',
  'saved',
  'crashed',
  'lost',
  'template',
]);

export const disk = z.object({
  id: z.string(),
  image: z.string(),
  sizeMib: count,
  readOnly: z.boolean(),
  /** The person's own image by its full path; without it the disk belongs to the machine. */
  file: z.string().optional(),
});
export const nic = z.object({ id: z.string(), mac: z.string(), network: z.string(), connected: z.boolean() });

/** What can be changed of a machine; the rest is decided when it is made. */
export const machineSettings = z.object({
  name,
  vcpus: positive.max(64),
  memoryMib: positive,
  /** How far vCPUs and memory can be raised while it runs; as much as it starts with where nothing is said. */
  maximumVcpus: positive.max(64).optional(),
  maximumMemoryMib: positive.optional(),
  /** Relative share of CPU under contention; 256 is ordinary. */
  weight: z.number().int().min(1).max(65_535),
  /** Percent of one physical CPU it may use at most; 0 is no limit. */
  cap: z.number().int().min(0).max(6400),
  autostart: z.boolean(),
  protected: z.boolean(),
  tags: z.array(label).max(20),
  group: z.string().max(40),
  note,
  commandLine: z.string().max(2000),
});

export const machine = machineSettings.extend({
  id: machineId,
  instance: instanceId,
  state: machineState,
  reason: z.string(),
  image: z.string(),
  address: z.string(),
  disks: z.array(disk),
  nics: z.array(nic),
  createdAt: moment,
  /** Settings that wait for the next start. */
  pending: machineSettings.partial(),
  /** Whose clone it is. */
  clonedFrom: z.string().nullable(),
  hasScreen: z.boolean(),
});

export const fleet = z.object({ instances: z.array(instance), machines: z.array(machine) });

export type Flavour = z.output<typeof flavour>;
export type Provider = z.output<typeof provider>;
export type InstanceType = z.output<typeof instanceType>;
export type Capacity = z.output<typeof capacity>;
export type Instance = z.output<typeof instance>;
export type MachineState = z.output<typeof machineState>;
export type MachineSettings = z.output<typeof machineSettings>;
export type Machine = z.output<typeof machine>;
/** A change of some settings. */
export type MachineChange = { readonly [K in keyof MachineSettings]?: MachineSettings[K] | undefined };
export type Disk = z.output<typeof disk>;
export type Nic = z.output<typeof nic>;
export type Fleet = z.output<typeof fleet>;
