/** Two-level event delivery: bitmaps of ports in shared_info (4,096 for a 64-bit guest), and a word of news per vCPU. */
import { SHARED_64, type SharedLayout } from '../../abi/xen/widths.table.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import type { Channel, EventDelivery } from './events.ts';

/** What delivery needs of a vCPU. */
export interface EventTarget {
  /** Machine address of its vcpu_info. */
  readonly infoAddress: number;
  /** upcall_pending was set. */
  notify(): void;
}

/** Sets upcall_pending; the vCPU is told if it was clear. */
export const markPending = (memory: MachineMemory, target: EventTarget): void => {
  const flags = memory.readU32(target.infoAddress);
  if ((flags & 0xff) === 0) memory.writeU32(target.infoAddress, flags | 1);
  target.notify();
};

export class TwoLevelDelivery implements EventDelivery {
  readonly ports: number;

  /**
   * @param shared machine address of shared_info
   */
  constructor(
    private readonly memory: MachineMemory,
    private readonly shared: number,
    private readonly target: (vcpu: number) => EventTarget | undefined,
    private readonly layout: SharedLayout = SHARED_64,
  ) {
    this.ports = layout.ports;
  }

  private word(bitmap: number, port: number): number {
    return this.shared + bitmap + (port >>> 5) * 4;
  }

  isPending(port: number): boolean {
    return ((this.memory.readU32(this.word(this.layout.evtchnPending, port)) >>> (port & 31)) & 1) === 1;
  }

  isBusy(): boolean {
    return false;
  }

  isMasked(port: number): boolean {
    return ((this.memory.readU32(this.word(this.layout.evtchnMask, port)) >>> (port & 31)) & 1) === 1;
  }

  raise(port: number, channel: Channel): boolean {
    const address = this.word(this.layout.evtchnPending, port);
    const bits = this.memory.readU32(address);
    const bit = 1 << (port & 31);
    if ((bits & bit) !== 0) return false;
    this.memory.writeU32(address, (bits | bit) >>> 0);
    if (!this.isMasked(port)) this.tell(port, channel);
    return true;
  }

  private tell(port: number, channel: Channel): void {
    const target = this.target(channel.vcpu);
    if (target === undefined) return;
    const word = Math.floor(port / this.layout.bits);
    const address = target.infoAddress + this.layout.pendingSel + (word >>> 5) * 4;
    const bits = this.memory.readU32(address);
    const bit = 1 << (word & 31);
    if ((bits & bit) !== 0) return;
    this.memory.writeU32(address, (bits | bit) >>> 0);
    markPending(this.memory, target);
  }

  unmask(port: number, channel: Channel): void {
    const address = this.word(this.layout.evtchnMask, port);
    const bits = this.memory.readU32(address);
    const bit = 1 << (port & 31);
    if ((bits & bit) === 0) return;
    this.memory.writeU32(address, (bits & ~bit) >>> 0);
    if (this.isPending(port)) this.tell(port, channel);
  }

  clear(port: number): void {
    const address = this.word(this.layout.evtchnPending, port);
    this.memory.writeU32(address, (this.memory.readU32(address) & ~(1 << (port & 31))) >>> 0);
  }

  /** A pending port stays with the vCPU that was told; the guest looks at all words. */
  moved(): void {}
}
