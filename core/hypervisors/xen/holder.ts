/**
 * What event channels, grants and native services need of the domain they belong to and of its hypervisor, whichever kind
 * it is: a paravirtual domain on Xen, an HVM container of a provider, or a domain whose kernel is a program of ours.
 */
import type { Cycles, GuestFrame, MachineFrame } from '../../seams/addresses.ts';
import type { Timers } from '../common/timers.ts';
import type { EventHolder } from './events.ts';
import type { GrantHolder, GrantHost } from './grants.ts';

export interface Holder extends EventHolder, GrantHolder {
  readonly xen: HolderHost;
}

export interface HolderHost extends GrantHost {
  domain(id: number): Holder | undefined;
}

/** A reference to a page of another domain that was not granted. */
export interface ForeignUse {
  readonly frame: number;
  readonly writing: boolean;
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
