/**
 * The registers behind a text screen that nobody shows: software that prints to B8000h (which is RAM here) reads the cursor
 * from the CRT controller and waits for retraces. What is written can be read; a retrace comes at every second look.
 */
import { CRTC, STATUS } from '../../abi/x86/vga.table.ts';
import { type BusDevice, bytewise } from '../bus.ts';

export class TextScreen {
  private readonly registers = new Uint8Array(CRTC.registers);
  private index = 0;
  private retrace = false;

  /** The index at offset 0, the register at 1. */
  readonly crtc: BusDevice = bytewise('text-screen', {
    read: (offset) => (offset === 0 ? this.index : (this.registers[this.index] ?? 0)),
    write: (offset, value) => {
      if (offset === 0) this.index = value;
      else if (this.index < CRTC.registers) this.registers[this.index] = value;
    },
  });

  readonly status: BusDevice = bytewise('text-screen', {
    read: () => {
      this.retrace = !this.retrace;
      return this.retrace ? STATUS.blanking | STATUS.verticalRetrace : 0;
    },
    write: () => undefined,
  });
}
