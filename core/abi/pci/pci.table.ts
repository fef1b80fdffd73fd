/** Configuration space header of type 0 and configuration mechanism 1. Source: PCI Local Bus Specification 3.0, sections 3.2 and 6.1. */

/** Slots of a bus; the functions of a slot. */
export const PCI_SLOTS = 32;
export const PCI_FUNCTIONS = 8;

export const CONFIG_PORTS = { address: 0xcf8, data: 0xcfc, length: 8, enable: 0x8000_0000 } as const;

export const HEADER = {
  vendor: 0x00, device: 0x02, command: 0x04, status: 0x06, revision: 0x08, programming: 0x09, subclass: 0x0a, class: 0x0b,
  cacheLine: 0x0c, latency: 0x0d, type: 0x0e, bar0: 0x10, subsystemVendor: 0x2c, subsystem: 0x2e, rom: 0x30, capabilities: 0x34,
  interruptLine: 0x3c, interruptPin: 0x3d, size: 256, bars: 6,
} as const;

export const COMMAND = { io: 0x0001, memory: 0x0002, master: 0x0004, interruptDisable: 0x0400, writable: 0x0547 } as const;
export const STATUS = { interrupt: 0x0008, capabilities: 0x0010 } as const;
export const BAR = { io: 0x1, memory64: 0x4 } as const;
