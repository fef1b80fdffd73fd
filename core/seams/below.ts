/** What the layer underneath is willing to do for a hypervisor. On bare hardware: nothing, and that is an object, too. */
import type { ShutdownReason } from '../abi/xen/domains.table.ts';
import { Errno } from '../abi/xen/errno.table.ts';
import type { Brand } from '../base/brand.ts';
import type { MachineFrame } from './addresses.ts';
import type { MappedPage } from './platform.ts';

/** What the layer below calls a machine frame of ours: its guest-physical frame number. */
export type GuestFrame = Brand<number, 'GuestFrame'>;

/** A Blanket hypercall: the operation a driver domain asks ring 0 to issue to the layer below. */
export interface BlanketCall {
  /** The CPU that makes it. */
  readonly cpu: number;
  readonly operation: string;
  readonly subOperation: number;
  /** The argument structure; the layer below may change it in place. */
  readonly argument: Uint8Array;
}

/**
 * What a driver domain may ask its hypervisor about the layer below: hypercalls, and pages and events that came of them.
 * It never holds the machine.
 */
export interface BlanketCalls {
  /** @returns 0 or positive, or a negative error; the argument may have changed. */
  pass(operation: string, subOperation: number, argument: Uint8Array): number;
  /** A page that the layer below showed to this one; undefined: there is no memory at that frame. */
  page(frame: GuestFrame): MappedPage | undefined;
  /** Events of the layer below: `listener` is called in the domain's own time. False: they must be polled for. */
  onUpcall(listener: () => void): boolean;
}

export interface Below {
  /** For display only; nothing is decided by it. */
  readonly name: string;
  /** Flushes the translations of the CPUs whose bits are set. */
  flushTlb(cpus: number): 'done' | 'do it yourself';
  /** Asks that events of the layer below arrive at `cpu` as an interrupt of `vector`. */
  bindUpcall(cpu: number, vector: number): 'bound' | 'poll';
  /** Such an interrupt was taken; the layer below may send the next. */
  upcallTaken(cpu: number): void;
  /** @returns 0 or positive, or a negative error. */
  pass(call: BlanketCall): number;
  /** The only crossing of address spaces towards the layer below. */
  asGuestFrame(frame: MachineFrame): GuestFrame;
  shutdown(reason: ShutdownReason): void;
}

/** Nobody is below: the machine is real. */
export const nothingBelow: Below = {
  name: 'nothing',
  flushTlb: () => 'do it yourself',
  bindUpcall: () => 'poll',
  upcallTaken: () => {},
  pass: () => -Errno.ENOSYS,
  asGuestFrame: (frame) => frame as number as GuestFrame,
  shutdown: () => {},
};
