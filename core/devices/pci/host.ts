/** The PCI host: bus 0, reached by configuration mechanism 1. */

import { CONFIG_PORTS } from '../../abi/pci/pci.table.ts';
import type { BusDevice } from '../bus.ts';
import type { PciFunction } from './function.ts';

export class PciHost {
  readonly ports: BusDevice;
  private readonly functions = new Map<number, PciFunction>();
  private address = 0;

  /** @param resetControl the register at 0xcf9, which lies within the address port */
  constructor(resetControl: BusDevice) {
    this.ports = {
      name: 'pci',
      read: (offset, width, cpu) => {
        if (offset === 1 && width === 1) return resetControl.read(0, 1, cpu);
        return offset < 4 ? readAt(this.address, offset, width) : this.readConfig(offset - 4, width);
      },
      write: (offset, width, value, cpu) => {
        if (offset === 1 && width === 1) resetControl.write(0, 1, value, cpu);
        else if (offset === 0 && width === 4) this.address = value >>> 0;
        else if (offset >= 4) this.writeConfig(offset - 4, width, value);
      },
    };
  }

  plug(slot: number, fn: number, device: PciFunction): void {
    this.functions.set(slot * 8 + fn, device);
  }

  private get selected(): PciFunction | undefined {
    if (this.address < CONFIG_PORTS.enable || ((this.address >>> 16) & 0xff) !== 0) return undefined;
    return this.functions.get((this.address >>> 8) & 0xff);
  }

  private readConfig(offset: number, width: number): number {
    const device = this.selected;
    let value = 0;
    for (let i = 0; i < width; i++) value += (device?.read((this.address & 0xfc) + offset + i) ?? 0xff) * 2 ** (8 * i);
    return value;
  }

  private writeConfig(offset: number, width: number, value: number): void {
    this.selected?.write((this.address & 0xfc) + offset, width, value);
  }
}

const readAt = (value: number, offset: number, width: number): number =>
  Math.floor(value / 2 ** (8 * offset)) % 2 ** (8 * Math.min(width, 4 - offset));
