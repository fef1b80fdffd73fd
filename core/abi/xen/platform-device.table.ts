/** The Xen platform PCI device and its unplug protocol (docs/misc/hvm-emulated-unplug.pandoc, xen/include/public/hvm/pvdrivers.h). */
export const XEN_PLATFORM = {
  vendor: 0x5853,
  device: 0x0001,
  /** Unclassified, 0x80. */
  class: 0xff_8000,
  revision: 1,
  ioBytes: 0x100,
  /** Windows: ports, and memory in which pages of the hypervisor can appear. */
  ports: 0,
  memory: 1,
} as const;

/** Fixed ports, wherever the device's window is. */
export const UNPLUG_PORTS = { first: 0x10, length: 4, magicAt: 0, protocolAt: 2 } as const;
export const UNPLUG_MAGIC = 0x49d2;
export const UNPLUG_PROTOCOL = 1;
