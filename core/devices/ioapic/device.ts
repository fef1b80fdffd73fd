/** The I/O APIC on a board: its register page and its pins. */

import { IO_APIC } from '../../abi/x86/io-apic.table.ts';
import type { BusDevice } from '../bus.ts';
import type { PinMessage } from './model.ts';
import { IoApicModel } from './model.ts';

export class IoApic {
  readonly page: BusDevice;
  private readonly model: IoApicModel;
  private selected = 0;

  constructor(send: (message: PinMessage) => boolean) {
    this.model = new IoApicModel(send);
    this.page = {
      name: 'io-apic',
      read: (offset) => {
        if (offset === IO_APIC.select) return this.selected;
        return offset === IO_APIC.window ? this.model.read(this.selected) : 0;
      },
      write: (offset, _, value) => {
        if (offset === IO_APIC.select) this.selected = value & 0xff;
        else if (offset === IO_APIC.window) this.model.write(this.selected, value);
      },
    };
  }

  setPin(index: number, asserted: boolean): void {
    this.model.setPin(index, asserted);
  }

  end(vector: number): void {
    this.model.end(vector);
  }
}
