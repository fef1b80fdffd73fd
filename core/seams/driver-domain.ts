/**
 * What a driver domain may ask of its hypervisor beyond what every domain may: registers and interrupts of devices, and calls
 * to the layer below. It never holds the machine: ring 0 does what is asked, or refuses.
 */
import type { GuestFrame } from './addresses.ts';
import type { MappedPage } from './platform.ts';

/** Registers of one device. Offsets are within the window that was asked for; values are unsigned. */
export interface DeviceRegisters {
  read(offset: number, width: 1 | 2 | 4): number;
  write(offset: number, width: 1 | 2 | 4, value: number): void;
}

export interface DeviceAccess {
  /** A register of the configuration space of a PCI function of bus 0 (slot * 8 + function), aligned to its width. */
  readConfig(fn: number, register: number, width: 1 | 2 | 4): number;
  writeConfig(fn: number, register: number, width: 1 | 2 | 4, value: number): void;
  /** Undefined: there is memory, or a register that ring 0 keeps to itself. */
  registers(address: number, length: number): DeviceRegisters | undefined;
  /**
   * `listener` is called in the domain's own time when devices ask for attention on a line of the I/O APIC; when it has
   * returned, they may ask again. Several may listen to one line.
   */
  onInterrupt(line: number, listener: () => void): void;
}

/** Blanket hypercalls: what ring 0 passes to a Xen below, and the pages and events that come of it. */
export interface BlanketCalls {
  /** @returns 0 or positive, or a negative errno; the argument may have changed. */
  pass(operation: string, subOperation: number, argument: Uint8Array): number;
  /** A page that the layer below shows to this machine; undefined: the frame is memory of this machine's own. */
  page(frame: GuestFrame): MappedPage | undefined;
  /**
   * Events of the layer below, announced at whichever CPU of this machine they are bound to: `listener` is called with that
   * CPU, in the domain's own time. False: nobody will announce them.
   */
  onUpcall(listener: (cpu: number) => void): boolean;
  /** The CPU of this machine that the domain has now. */
  readonly cpu: number;
}

export interface DriverAccess {
  readonly devices: DeviceAccess;
  readonly blanket: BlanketCalls;
}
