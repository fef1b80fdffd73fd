/** One PCI function: its configuration space, and the windows (BARs) through which its registers are reached. */

import { BAR, COMMAND, HEADER as H, STATUS } from '../../abi/pci/pci.table.ts';
import { readU16, writeU16, writeU32 } from '../../base/bytes.ts';
import type { Bus, BusDevice } from '../bus.ts';

export interface PciWindow {
  readonly kind: 'io' | 'memory';
  /** A power of two; at least 16 bytes of memory, 4 of ports. */
  readonly size: number;
  readonly device: BusDevice;
}

export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  /** Class, subclass and programming interface, 24 bits. */
  readonly class: number;
  readonly revision?: number;
  readonly subsystemVendor?: number;
  readonly subsystem?: number;
  /** 1 to 4: INTA to INTD. */
  readonly interruptPin?: number;
  readonly multifunction?: boolean;
  /** By BAR number. */
  readonly windows?: Readonly<Record<number, PciWindow>>;
  /** Capability structures, each beginning with its id; the link byte is filled in here. */
  readonly capabilities?: readonly Uint8Array[];
}

export interface PciBuses {
  readonly ports: Bus;
  readonly memory: Bus;
}

export class PciFunction {
  private readonly config = new Uint8Array(H.size);
  private readonly mapped = new Map<number, number>();
  private asserted = false;

  constructor(
    private readonly identity: PciIdentity,
    private readonly buses: PciBuses,
    /** The interrupt pin, after the command register's say. */
    private readonly pin: (asserted: boolean) => void = () => undefined,
  ) {
    const { config } = this;
    writeU16(config, H.vendor, identity.vendor);
    writeU16(config, H.device, identity.device);
    writeU32(config, H.revision, identity.class * 256 + (identity.revision ?? 0));
    config[H.type] = identity.multifunction === true ? 0x80 : 0;
    writeU16(config, H.subsystemVendor, identity.subsystemVendor ?? 0);
    writeU16(config, H.subsystem, identity.subsystem ?? 0);
    config[H.interruptPin] = identity.interruptPin ?? 0;
    for (const [index, window] of Object.entries(identity.windows ?? {}))
      this.writeBar(Number(index), window.kind === 'io' ? BAR.io : 0);
    this.placeCapabilities(identity.capabilities ?? []);
  }

  /** Level of the function's interrupt request. */
  setInterrupt(asserted: boolean): void {
    this.asserted = asserted;
    this.updatePin();
  }

  get interruptPin(): number {
    return this.config[H.interruptPin] ?? 0;
  }

  /** What firmware does: gives a window an address, switches the function on, and notes its interrupt line. */
  assign(addresses: Readonly<Record<number, number>>, interruptLine: number): void {
    for (const [index, address] of Object.entries(addresses)) this.writeBar(Number(index), address);
    this.config[H.interruptLine] = interruptLine;
    const kinds = Object.values(this.identity.windows ?? {}).map((window) =>
      window.kind === 'io' ? COMMAND.io : COMMAND.memory,
    );
    writeU16(
      this.config,
      H.command,
      kinds.reduce((command, bit) => command | bit, 0),
    );
    this.map();
  }

  read(offset: number): number {
    if (offset === H.status) return (this.config[offset] ?? 0) | (this.asserted ? STATUS.interrupt : 0);
    return this.config[offset] ?? 0xff;
  }

  /** One configuration write of 1, 2 or 4 bytes, aligned. */
  write(offset: number, width: number, value: number): void {
    const bar = (offset - H.bar0) >> 2;
    if (bar >= 0 && bar < H.bars) {
      if (width === 4) this.writeBar(bar, value);
      this.map();
      return;
    }
    for (let i = 0; i < width; i++) this.writeByte(offset + i, (value >>> (8 * i)) & 0xff);
    if (offset < H.status) {
      this.map();
      this.updatePin();
    }
  }

  private get command(): number {
    return readU16(this.config, H.command);
  }

  private writeByte(offset: number, value: number): void {
    if (offset === H.command || offset === H.command + 1) {
      this.config[offset] = value & (COMMAND.writable >> (8 * (offset - H.command)));
    } else if (offset === H.interruptLine || offset === H.cacheLine || offset === H.latency) {
      this.config[offset] = value;
    }
  }

  /** Address bits below the window's size read as zero: that is how software learns the size. */
  private writeBar(index: number, value: number): void {
    const window = this.identity.windows?.[index];
    if (window === undefined) return;
    const flags = window.kind === 'io' ? BAR.io : 0;
    const address = (value & ~(window.size - 1) & (window.kind === 'io' ? ~3 : ~15)) >>> 0;
    writeU32(this.config, H.bar0 + index * 4, address + flags);
  }

  private map(): void {
    for (const [key, window] of Object.entries(this.identity.windows ?? {})) {
      const index = Number(key);
      const bus = window.kind === 'io' ? this.buses.ports : this.buses.memory;
      const on = (this.command & (window.kind === 'io' ? COMMAND.io : COMMAND.memory)) !== 0;
      const at = H.bar0 + index * 4;
      const address = (readU16(this.config, at) & (window.kind === 'io' ? ~3 : ~15)) + readU16(this.config, at + 2) * 0x1_0000;
      const old = this.mapped.get(index);
      if (old !== undefined && (!on || old !== address)) {
        bus.release(old, window.device);
        this.mapped.delete(index);
      }
      // While software measures the window its address is all ones: nothing can lie there.
      if (
        on &&
        address !== 0 &&
        !this.mapped.has(index) &&
        address + window.size <= 2 ** 32 &&
        bus.isFree(address, window.size)
      ) {
        bus.claim(address, window.size, window.device);
        this.mapped.set(index, address);
      }
    }
  }

  private placeCapabilities(capabilities: readonly Uint8Array[]): void {
    let at = 0x40;
    let link: number = H.capabilities;
    for (const capability of capabilities) {
      this.config.set(capability, at);
      this.config[at + 1] = 0;
      this.config[link] = at;
      link = at + 1;
      at += (capability.length + 3) & ~3;
    }
    if (capabilities.length > 0) writeU16(this.config, H.status, STATUS.capabilities);
  }

  private updatePin(): void {
    this.pin(this.asserted && (this.command & COMMAND.interruptDisable) === 0);
  }
}
