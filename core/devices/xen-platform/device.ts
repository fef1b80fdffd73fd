/**
 * The Xen platform PCI device: by it a guest knows that it may use paravirtual drivers; its pin announces events, and its
 * memory window is address space for pages of the hypervisor. Beside it, at fixed ports, the protocol by which a guest
 * asks that emulated disks and network cards go: the board has none, so the mask is only kept.
 */

import { UNPLUG_MAGIC, UNPLUG_PORTS, UNPLUG_PROTOCOL, XEN_PLATFORM } from '../../abi/xen/platform-device.table.ts';
import type { PciPlace } from '../boards/pc.ts';
import type { BusDevice } from '../bus.ts';
import { PciFunction } from '../pci/function.ts';

export interface XenPlatformOptions {
  /** Where firmware puts the two windows. */
  readonly ioBase: number;
  readonly memory: { readonly start: number; readonly length: number };
  /** Text that drivers write to the log port, by lines. */
  readonly log?: (line: string) => void;
}

const INTA = 1;
const LONGEST_LINE = 80;

/** What drivers told by the protocol. */
class UnplugPorts implements BusDevice {
  readonly name = 'xen-unplug';
  /** The mask written last; undefined: none was. */
  unplugged: number | undefined;
  product: number | undefined;
  build: number | undefined;
  private line = '';

  constructor(private readonly log: (line: string) => void) {}

  read(offset: number, width: number): number {
    if (offset === UNPLUG_PORTS.magicAt && width === 2) return UNPLUG_MAGIC;
    if (offset === UNPLUG_PORTS.protocolAt && width === 1) return UNPLUG_PROTOCOL;
    return width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1;
  }

  write(offset: number, width: number, value: number): void {
    if (offset === UNPLUG_PORTS.magicAt && width === 4) this.build = value;
    else if (offset === UNPLUG_PORTS.magicAt && width === 2) this.unplugged = value;
    else if (offset === UNPLUG_PORTS.protocolAt && width === 2) this.product = value;
    else if (offset === UNPLUG_PORTS.protocolAt && width === 1) this.character(value);
  }

  private character(code: number): void {
    if (code !== 10) this.line += String.fromCharCode(code);
    if (code !== 10 && this.line.length < LONGEST_LINE) return;
    this.log(this.line);
    this.line = '';
  }
}

/** The windows: ports that nothing answers at (flags of old drivers), and memory with no device behind it. */
const silent = (name: string): BusDevice => ({
  name,
  read: (_offset, width) => (width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1),
  write: () => undefined,
});

export interface XenPlatform {
  readonly pci: PciFunction;
  readonly ports: UnplugPorts;
}

export function xenPlatform(place: PciPlace, options: XenPlatformOptions): XenPlatform {
  const ports = new UnplugPorts(options.log ?? (() => undefined));
  place.buses.ports.claim(UNPLUG_PORTS.first, UNPLUG_PORTS.length, ports);
  const pci = new PciFunction(
    {
      vendor: XEN_PLATFORM.vendor,
      device: XEN_PLATFORM.device,
      class: XEN_PLATFORM.class,
      revision: XEN_PLATFORM.revision,
      subsystemVendor: XEN_PLATFORM.vendor,
      subsystem: XEN_PLATFORM.device,
      interruptPin: INTA,
      windows: {
        0: { kind: 'io', size: XEN_PLATFORM.ioBytes, device: silent('xen-platform-ports') },
        1: { kind: 'memory', size: options.memory.length, device: silent('xen-platform-memory') },
      },
    },
    place.buses,
    place.pin,
  );
  pci.assign({ 0: options.ioBase, 1: options.memory.start }, place.interruptLine);
  return { pci, ports };
}
