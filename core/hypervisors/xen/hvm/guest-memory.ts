/** The memory of a container as the caller of a hypercall names it: linear addresses of its kernel, translated at each access. */
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { Access, AddressRange, MachineMemory } from '../../../seams/machine.ts';
import type { CallerMemory } from '../holder.ts';
import { toBigint } from '../pv/entry.ts';

/** Linear to guest-physical address; undefined: the kernel could not access it either. */
export type Translate = (address: bigint, access: Access) => bigint | undefined;

/** Whether a guest-physical address is one of RAM. */
export const ramOf = (ram: readonly AddressRange[]): ((address: number) => boolean) => {
  return (address) => ram.some(({ start, length }) => address >= start && address < start + length);
};

export class HvmMemory implements CallerMemory {
  constructor(
    private readonly memory: MachineMemory,
    private readonly isRam: (address: number) => boolean,
    private readonly translate: Translate,
  ) {}

  /** Guest-physical address; -1: no RAM can be reached there. */
  locate(address: number, access: Access): number {
    const found = this.translate(toBigint(address), access);
    const physical = found === undefined || found > BigInt(Number.MAX_SAFE_INTEGER) ? -1 : Number(found);
    return physical >= 0 && this.isRam(physical) ? physical : -1;
  }

  /** Calls `use` with the pieces of a range that lie on one page; false if one of them cannot be reached. */
  private pieces(
    address: number,
    length: number,
    access: 'read' | 'write',
    use: (page: Uint8Array, at: number, from: number, to: number) => void,
  ): boolean {
    for (let done = 0; done < length; ) {
      const at = this.locate(address + done, access);
      if (at === -1) return false;
      const offset = at % 4096;
      const part = Math.min(4096 - offset, length - done);
      use(this.memory.bytes(((at - offset) / 4096) as MachineFrame, access), offset, done, done + part);
      done += part;
    }
    return true;
  }

  read(address: number, length: number): Uint8Array | undefined {
    const result = new Uint8Array(length);
    const ok = this.pieces(address, length, 'read', (page, at, from, to) => result.set(page.subarray(at, at + to - from), from));
    return ok ? result : undefined;
  }

  write(address: number, bytes: Uint8Array): boolean {
    return this.pieces(address, bytes.length, 'write', (page, at, from, to) => page.set(bytes.subarray(from, to), at));
  }

  readU32(address: number): number | undefined {
    const bytes = this.read(address, 4);
    return bytes && new DataView(bytes.buffer).getUint32(0, true);
  }

  readU64(address: number): bigint | undefined {
    const bytes = this.read(address, 8);
    return bytes && new DataView(bytes.buffer).getBigUint64(0, true);
  }

  writeU32(address: number, value: number): boolean {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
    return this.write(address, bytes);
  }

  writeU64(address: number, value: bigint): boolean {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.write(address, bytes);
  }
}
