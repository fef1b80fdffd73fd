/** The pair of interrupt controllers of a PC: fifteen lines, and one output towards the processor. */
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import type { Line } from '../lines.ts';
import { Pic8259 } from './model.ts';
import { CASCADE } from './registers.table.ts';

/** Inputs that can never be level-triggered: timer, keyboard, cascade; and on the secondary the clock and coprocessor. */
const ALWAYS_EDGE = [0xf8, 0xde] as const;

export class PicPair {
  readonly primaryPorts: BusDevice;
  readonly secondaryPorts: BusDevice;
  readonly edgeLevelPorts: BusDevice;
  private readonly primary = new Pic8259();
  private readonly secondary = new Pic8259();
  private offered = false;

  /** @param output called when the output changes */
  constructor(private readonly output: Line) {
    const ports = (name: string, chip: Pic8259): BusDevice =>
      bytewise(name, {
        read: (offset) => this.after(() => (offset === 0 ? chip.readCommand() : chip.readData())),
        write: (offset, value) => this.after(() => (offset === 0 ? chip.writeCommand(value) : chip.writeData(value))),
      });
    this.primaryPorts = ports('pic', this.primary);
    this.secondaryPorts = ports('pic', this.secondary);
    const chips = [this.primary, this.secondary] as const;
    this.edgeLevelPorts = bytewise('pic', {
      read: (offset) => chips[offset]?.levels ?? 0xff,
      write: (offset, value) => {
        const chip = chips[offset];
        if (chip !== undefined) chip.levels = value & (ALWAYS_EDGE[offset] ?? 0);
      },
    });
  }

  line(irq: number, asserted: boolean): void {
    this.after(() => (irq < 8 ? this.primary.setLine(irq, asserted) : this.secondary.setLine(irq - 8, asserted)));
  }

  /** Only while the output is asserted, or as a spurious interrupt. @returns the vector */
  acknowledge(): number {
    return this.after(() => {
      const cascade = this.primary.pending === CASCADE;
      const vector = this.primary.acknowledge();
      return cascade ? this.secondary.acknowledge() : vector;
    });
  }

  private after<T>(action: () => T): T {
    const result = action();
    this.primary.setLine(CASCADE, this.secondary.pending >= 0);
    const offered = this.primary.pending >= 0;
    if (offered !== this.offered) {
      this.offered = offered;
      this.output(offered);
    }
    return result;
  }
}
