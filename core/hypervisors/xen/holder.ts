/**
 * What event channels, grants and native services need of the domain they belong to and of its hypervisor, whichever kind
 * it is: a paravirtual domain on Xen, an HVM container of a provider, or a domain whose kernel is a program of ours.
 */
import type { Cycles, GuestFrame, MachineFrame } from '../../seams/addresses.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import type { Timers } from '../common/timers.ts';
import type { EventChannels } from './events.ts';
import type { GrantTable } from './grants.ts';

/** Somebody who may wait for ports. */
export interface Poller {
  readonly polling: readonly number[];
  wake(): void;
}

export interface Holder {
  readonly id: number;
  /** Its number as owner of frames. */
  readonly owner: number;
  readonly vcpus: readonly Poller[];
  readonly events: EventChannels;
  readonly grants: GrantTable;
  readonly xen: HolderHost;
}

export interface HolderHost {
  /** Where the frames are that grants and queues name. */
  readonly memory: MachineMemory;
  readonly frames: {
    allocate(owner: number): MachineFrame | undefined;
    set(frame: number, flag: number): void;
    take(frame: number, owner: number): boolean;
    put(frame: number): boolean;
    giveUp(frame: number): void;
    /** Somebody but the owner of the allocation refers to the frame. */
    isMapped(frame: number): boolean;
  };
  readonly types: {
    /** 0, or a negative errno. */
    takeTyped(owner: { readonly owner: number }, frame: number, type: number): number;
    putTyped(owner: { readonly owner: number }, frame: number): void;
  };
  domain(id: number): Holder | undefined;
}

/** A hypervisor under which programs of ours are domains. */
export interface NativeHost extends HolderHost {
  readonly below: { asGuestFrame(frame: MachineFrame): GuestFrame };
  readonly clock: { readonly frequency: number };
  now(): Cycles;
  charge(cycles: Cycles): void;
}

/** The memory of a guest as its kernel sees it; undefined and false: it cannot be reached. Addresses are signed. */
export interface CallerMemory {
  read(address: number, length: number): Uint8Array | undefined;
  write(address: number, bytes: Uint8Array): boolean;
  readU32(address: number): number | undefined;
  readU64(address: number): bigint | undefined;
  writeU32(address: number, value: number): boolean;
  writeU64(address: number, value: bigint): boolean;
}

/** What timers are set by. */
export interface TimerHost<V> {
  readonly clock: { toCycles(time: number): Cycles };
  now(): Cycles;
  timersOf(vcpu: V): Timers;
}
