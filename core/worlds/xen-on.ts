/** Xen with its control domain on any machine: the same call on hardware and in a rented container. */
import { Refusal } from '../base/refusal.ts';
import { probe } from '../hypervisors/blanket/probe.ts';
import { Xen, type XenOptions } from '../hypervisors/xen/xen.ts';
import type { AddressRange, Machine } from '../seams/machine.ts';
import { createDomain0, type Domain0 } from './domain0.ts';

export interface XenOnOptions {
  /** Where the machine has memory. */
  readonly ram: readonly AddressRange[];
  /** Date at start, in seconds since 1970. */
  readonly epoch: number;
  /** What guests write to the emergency console. */
  readonly emergency: (domain: number, bytes: Uint8Array) => void;
  /** Whether Xen's own translations are global; see {@link XenOptions.globalPages}. */
  readonly globalPages?: boolean;
  /** Whether events of a Xen below are announced at any CPU, as is usual; else all at the first. */
  readonly perCpuUpcalls?: boolean;
}

/** Below 1 MiB lies what firmware left. */
const LOWEST_FRAME = 0x100;
const FRAME = 4096;

/** @throws Refusal if the machine has no memory for domains */
export function xenOn(machine: Machine, options: XenOnOptions): { xen: Xen; domain0: Domain0 } {
  const memory = options.ram
    .map(({ start, length }) => ({ start: Math.max(LOWEST_FRAME, start / FRAME), end: (start + length) / FRAME }))
    .filter(({ start, end }) => end > start);
  if (memory.length === 0)
    throw new Refusal('memory-size', 'The computer has no memory for domains.', 'Choose another --memory, in MiB.');
  const xen = new Xen(machine, {
    below: probe(machine),
    memory,
    wallClock: options.epoch,
    console: options.emergency,
    globalPages: options.globalPages ?? false,
  });
  machine.occupy(xen);
  return { xen, domain0: createDomain0(xen, { perCpuUpcalls: options.perCpuUpcalls ?? true }) };
}
