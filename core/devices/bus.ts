/** The two address spaces of a board, ports and device memory: ranges that may not overlap, each with the device behind it. */
import { invariant } from '../base/bug.ts';
import { Unclaimed } from './unclaimed.ts';

/** What answers in a range. Offsets count from the start of the range; widths are 1, 2 or 4 and values unsigned. */
export interface BusDevice {
  readonly name: string;
  read(offset: number, width: number, cpu: number): number;
  write(offset: number, width: number, value: number, cpu: number): void;
}

export interface AccessCount {
  reads: number;
  writes: number;
}

interface Claim {
  readonly start: number;
  readonly end: number;
  readonly device: BusDevice;
  readonly count: AccessCount;
}

export class Bus {
  /** Accesses that nobody answered, by address. */
  readonly unclaimed = new Unclaimed();
  private readonly claims: Claim[] = [];
  private readonly counts = new Map<string, AccessCount>();
  /** The claim found last: accesses come in runs. */
  private last: Claim | undefined;

  claim(start: number, length: number, device: BusDevice): void {
    const end = start + length;
    const other = this.claims.find((claim) => claim.start < end && start < claim.end);
    invariant(other === undefined, `${device.name} at ${start} overlaps ${other?.device.name}`);
    const count = this.counts.get(device.name) ?? { reads: 0, writes: 0 };
    this.counts.set(device.name, count);
    this.claims.push({ start, end, device, count });
    this.last = undefined;
  }

  /** Gives a range up that was claimed with the same start; movable windows (PCI) need it. */
  release(start: number, device: BusDevice): void {
    const index = this.claims.findIndex((claim) => claim.start === start && claim.device === device);
    if (index >= 0) this.claims.splice(index, 1);
    this.last = undefined;
  }

  isFree(start: number, length: number): boolean {
    return !this.claims.some((claim) => claim.start < start + length && start < claim.end);
  }

  /** All ones where nobody answers, as on a bus with pull-ups. */
  read(address: number, width: number, cpu: number): number {
    const claim = this.find(address);
    if (claim === undefined) return width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1;
    claim.count.reads++;
    return claim.device.read(address - claim.start, width, cpu);
  }

  write(address: number, width: number, value: number, cpu: number): void {
    const claim = this.find(address);
    if (claim === undefined) return;
    claim.count.writes++;
    claim.device.write(address - claim.start, width, value, cpu);
  }

  /** Reads and writes by device name. */
  accesses(): Record<string, AccessCount> {
    return Object.fromEntries(this.counts);
  }

  private find(address: number): Claim | undefined {
    const last = this.last;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    const claim = this.claims.find((each) => address >= each.start && address < each.end);
    if (claim === undefined) this.unclaimed.note(address);
    else this.last = claim;
    return claim;
  }
}

/** A device of byte registers: wider accesses go to the registers one after the other, lowest first. */
export function bytewise(
  name: string,
  device: { read(offset: number): number; write(offset: number, value: number): void },
): BusDevice {
  return {
    name,
    read(offset, width) {
      let value = 0;
      for (let i = 0; i < width; i++) value += device.read(offset + i) * 2 ** (8 * i);
      return value;
    },
    write(offset, width, value) {
      for (let i = 0; i < width; i++) device.write(offset + i, (value >>> (8 * i)) & 0xff);
    },
  };
}
