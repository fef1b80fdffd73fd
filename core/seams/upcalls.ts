/** How a hypervisor's events reach the processors of a container, beside the interrupts of its own board. */
import type { Cycles } from './addresses.ts';

/** What the board of a container does for the hypervisor. */
export interface UpcallPins {
  now(): Cycles;
  /** One edge-triggered interrupt of `vector` at the local APIC of `cpu`. */
  deliver(cpu: number, vector: number): void;
  /** Offers or withdraws an interrupt that does not pass through the local APIC. */
  offer(cpu: number, offered: boolean): void;
  /** Level of the interrupt pin of the platform device. */
  setPin(asserted: boolean): void;
}

/** What the board asks of the hypervisor. */
export interface UpcallSource {
  connect(pins: UpcallPins): void;
  /** The vector of an interrupt that was offered; -1: it went away. */
  acknowledge(cpu: number): number;
  /** Called before every access to the board: what depends on memory that the guest writes is brought up to date. */
  settle(): void;
  /** When the next timer or task is due (Infinity: none), and doing what is due at `now`. */
  nextEvent(): Cycles;
  advance(now: Cycles): void;
}
