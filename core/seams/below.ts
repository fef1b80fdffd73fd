/** What the layer underneath is willing to do for a hypervisor. On bare hardware: nothing, and that is an object, too. */
import type { ShutdownReason } from '../abi/xen/domains.table.ts';
import { Errno } from '../abi/xen/errno.table.ts';
import type { GuestFrame, MachineFrame } from './addresses.ts';

/** A Blanket hypercall: the operation a driver domain asks ring 0 to issue to the layer below. */
export interface BlanketCall {
  /** The CPU that makes it. */
  readonly cpu: number;
  readonly operation: string;
  readonly subOperation: number;
  /** The argument structure; the layer below may change it in place. */
  readonly argument: Uint8Array;
}

/** What a hypervisor was given to stand on. */
export interface Below {
  /** For display only; nothing is decided by it. */
  readonly name: string;
  /** Flushes the translations of the CPUs whose bits are set. */
  flushTlb(cpus: number): 'done' | 'do it yourself';
  /** `cpu` asks that events of the layer below arrive, at the CPU each is bound to, as an interrupt of `vector`. */
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
