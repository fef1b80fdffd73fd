/** PCI devices of a machine as a driver finds them: identity, capabilities, windows (placed by firmware) and interrupt line. */
import { BAR, COMMAND, HEADER, PCI_FUNCTIONS, PCI_SLOTS, STATUS } from '../../abi/pci/pci.table.ts';
import { pciLine } from '../../abi/pci/routing.ts';
import type { DeviceAccess } from '../../seams/driver-domain.ts';

/** A function whose vendor reads so is not there. */
const NOBODY = 0xffff;
/** Capabilities fit their space; a longer list has a loop. */
const MOST_CAPABILITIES = 48;

export class PciDevice {
  constructor(
    private readonly access: DeviceAccess,
    readonly slot: number,
    readonly vendor: number,
    readonly device: number,
  ) {}

  read(register: number, width: 1 | 2 | 4): number {
    return this.access.readConfig(this.slot * PCI_FUNCTIONS, register, width);
  }

  /** Line of the I/O APIC that its interrupt pin is wired to. */
  get line(): number {
    return pciLine(this.slot, this.read(HEADER.interruptPin, 1));
  }

  /** Address of a window of memory or ports; 0: it has none. */
  window(index: number): number {
    const value = this.read(HEADER.bar0 + 4 * index, 4);
    return ((value & BAR.io) !== 0 ? value & ~3 : value & ~15) >>> 0;
  }

  /** Where its capabilities of a kind lie in the configuration space. */
  capabilities(id: number): number[] {
    if ((this.read(HEADER.status, 2) & STATUS.capabilities) === 0) return [];
    const found: number[] = [];
    let at = this.read(HEADER.capabilities, 1);
    for (let steps = 0; at !== 0 && steps < MOST_CAPABILITIES; steps++) {
      if (this.read(at, 1) === id) found.push(at);
      at = this.read(at + 1, 1);
    }
    return found;
  }

  /** Lets it answer at its windows and use memory by itself. */
  enable(): void {
    const command = this.read(HEADER.command, 2) | COMMAND.io | COMMAND.memory | COMMAND.master;
    this.access.writeConfig(this.slot * PCI_FUNCTIONS, HEADER.command, 2, command);
  }
}

/** The devices of bus 0, by slot; none has more than one function. */
export const scanPci = (access: DeviceAccess): PciDevice[] =>
  Array.from({ length: PCI_SLOTS }, (_, slot) => slot).flatMap((slot) => {
    const vendor = access.readConfig(slot * PCI_FUNCTIONS, HEADER.vendor, 2);
    if (vendor === NOBODY) return [];
    return [new PciDevice(access, slot, vendor, access.readConfig(slot * PCI_FUNCTIONS, HEADER.device, 2))];
  });
