/** The kinds of address and frame number that meet in a stack of machines, and nothing may mix up. */
import type { Brand } from '../base/brand.ts';

/** Linear (virtual) address, canonical, as unsigned 64-bit. */
export type Linear = Brand<bigint, 'Linear'>;
/** Frame number (address / 4096) in the memory of a {@link Machine}: what page tables and CR3 of that machine hold. */
export type MachineFrame = Brand<number, 'MachineFrame'>;
/** What the layer below calls a {@link MachineFrame} of a rented machine: its guest-physical frame number. */
export type GuestFrame = Brand<number, 'GuestFrame'>;
/** Guest pseudo-physical frame number of a paravirtual domain; the domain's P2M maps it to a machine frame. */
export type PseudoFrame = Brand<number, 'PseudoFrame'>;
/** Frame number inside the engine's own memory. Only `hardware` and second-level tables hold these. */
export type HostFrame = Brand<number, 'HostFrame'>;

export const FRAME_SIZE = 4096;

/** Cycles of virtual time; a plain number, exact to 2^53 (35 days at 2.93 GHz). */
export type Cycles = number;
