/**
 * The part of a provider's Xen that serves one container: its memory, its clock, its timers, and the two domains there
 * are, the container and the control domain with the back ends.
 */

import { Errno } from '../../../abi/xen/errno.table.ts';
import { OWN_FRAMES, PLATFORM_WINDOW, SPECIAL_FRAMES } from '../../../abi/xen/hvm.table.ts';
import type { Cycles, GuestFrame, MachineFrame } from '../../../seams/addresses.ts';
import type { AddressRange, ContainerMemory } from '../../../seams/machine.ts';
import type { UpcallPins } from '../../../seams/upcalls.ts';
import { ownerOf } from '../../common/frames.ts';
import { Clock } from '../../common/timekeeping.ts';
import { Timers } from '../../common/timers.ts';
import type { Tenancy } from '../../virtualized/flavour.ts';
import type { Holder, NativeHost, TimerHost } from '../holder.ts';
import { ramOf } from './guest-memory.ts';

const NOT_RENTED: readonly number[] = [PLATFORM_WINDOW.start, OWN_FRAMES.first * 4096, SPECIAL_FRAMES.first * 4096];

export class HvmHost implements NativeHost, TimerHost<unknown> {
  readonly memory: ContainerMemory;
  readonly clock: Clock;
  readonly timers = new Timers();
  /** Seconds since 1970 at cycle 0. */
  readonly wallClock: number;
  readonly isRam: (address: number) => boolean;
  /** The board's part; undefined until the container has a board. */
  pins: UpcallPins | undefined;
  /** Told what the container writes to the emergency console. */
  onConsole: ((bytes: Uint8Array) => void) | undefined;
  /** Charges work of the control domain to it. */
  chargeControl: (cycles: Cycles) => void = () => undefined;
  private readonly domains = new Map<number, Holder>();
  private readonly free: number[] = Array.from({ length: OWN_FRAMES.count }, (_, index) => OWN_FRAMES.first + index).reverse();

  constructor(readonly tenancy: Tenancy) {
    this.memory = tenancy.memory;
    this.clock = new Clock(tenancy.frequency);
    this.wallClock = Number(tenancy.epochNanoseconds / 1000n) / 1e6;
    this.isRam = ramOf(tenancy.ram);
  }

  now(): Cycles {
    return this.pins?.now() ?? 0;
  }

  timersOf(): Timers {
    return this.timers;
  }

  charge(cycles: Cycles): void {
    this.chargeControl(cycles);
  }

  domain(id: number): Holder | undefined {
    return this.domains.get(id);
  }

  addDomain(domain: Holder): void {
    this.domains.set(domain.id, domain);
  }

  emergencyConsole(_domain: unknown, bytes: Uint8Array): void {
    this.onConsole?.(bytes);
  }

  /** RAM that was rented, without pages of the hypervisor and the toolstack and the window of the platform device. */
  get rentedRam(): readonly AddressRange[] {
    return this.tenancy.ram.filter(({ start }) => !NOT_RENTED.includes(start));
  }

  /** Frames that the container may lose or gain are RAM of its own; those of the hypervisor come from a pool. */
  readonly frames = {
    allocate: (owner: number): MachineFrame | undefined =>
      owner === ownerOf(0) ? undefined : (this.free.pop() as MachineFrame | undefined),
    set: (): void => undefined,
    take: (frame: number): boolean => this.isRam(frame * 4096),
    put: (): boolean => false,
    isMapped: (): boolean => false,
    giveUp: (frame: number): void => {
      if (frame < OWN_FRAMES.first || frame >= OWN_FRAMES.first + OWN_FRAMES.count) return;
      this.memory.discard(frame as MachineFrame);
      this.free.push(frame);
    },
  };

  /** A container's tables are its own affair: nested paging checks every access, so a frame needs no type. */
  readonly types = {
    takeTyped: (_owner: unknown, frame: number): number => (this.isRam(frame * 4096) ? 0 : -Errno.EINVAL),
    putTyped: (): void => undefined,
  };

  readonly below = { asGuestFrame: (frame: MachineFrame): GuestFrame => frame as number as GuestFrame };
}
