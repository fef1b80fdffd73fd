/**
 * The guest's memory as its kernel sees it: every access walks the kernel's root, and what cannot be reached is an error
 * of the guest. The hypervisor's own range is never reached.
 */
import { Pte } from '../../../abi/xen/memory.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import { frameOf, isGuestRange, type SignedLinear, tableIndex } from './entry.ts';

export class GuestMemory {
  /**
   * @param root the frame of the L4 in use, read at every access
   */
  constructor(
    private readonly memory: MachineMemory,
    private readonly root: () => number,
  ) {}

  /** Machine address of `address`, or -1 if the guest's kernel could not read (write) there. */
  locate(address: SignedLinear, writing: boolean): number {
    return isGuestRange(address, 1) ? this.walk(address, writing) : -1;
  }

  private walk(address: SignedLinear, writing: boolean): number {
    const { memory } = this;
    let table = this.root();
    for (let level = 4; level > 0; level--) {
      const at = table * 4096 + tableIndex(address, level) * 8;
      const low = memory.readU32(at);
      if ((low & Pte.PRESENT) === 0 || (writing && (low & Pte.WRITABLE) === 0)) return -1;
      table = frameOf(low, memory.readU32(at + 4));
    }
    return table * 4096 + (address & 0xfff);
  }

  /** Machine address of an aligned word that does not leave its page; -1 also if it is not aligned. */
  locateAligned(address: SignedLinear, alignment: number, writing: boolean): number {
    return (address & (alignment - 1)) === 0 ? this.locate(address, writing) : -1;
  }

  /** Copies `length` bytes out of the guest; undefined if any of them cannot be read. */
  read(address: SignedLinear, length: number): Uint8Array | undefined {
    if (!isGuestRange(address, length)) return undefined;
    const result = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = this.walk(address + done, false);
      if (at === -1) return undefined;
      const offset = at % 4096;
      const part = Math.min(4096 - offset, length - done);
      const page = this.memory.bytes(((at - offset) / 4096) as MachineFrame, 'read');
      result.set(page.subarray(offset, offset + part), done);
      done += part;
    }
    return result;
  }

  /** Copies bytes into the guest; false if any of them cannot be written, and then some may have been. */
  write(address: SignedLinear, bytes: Uint8Array): boolean {
    if (!isGuestRange(address, bytes.length)) return false;
    for (let done = 0; done < bytes.length; ) {
      const at = this.walk(address + done, true);
      if (at === -1) return false;
      const offset = at % 4096;
      const part = Math.min(4096 - offset, bytes.length - done);
      this.memory.bytes(((at - offset) / 4096) as MachineFrame, 'write').set(bytes.subarray(done, done + part), offset);
      done += part;
    }
    return true;
  }

  readU32(address: SignedLinear): number | undefined {
    const at = this.locateAligned(address, 4, false);
    if (at !== -1) return this.memory.readU32(at);
    const bytes = this.read(address, 4);
    return bytes && new DataView(bytes.buffer).getUint32(0, true);
  }

  readU64(address: SignedLinear): bigint | undefined {
    const at = this.locateAligned(address, 8, false);
    if (at !== -1) return this.memory.readU64(at);
    const bytes = this.read(address, 8);
    return bytes && new DataView(bytes.buffer).getBigUint64(0, true);
  }

  writeU32(address: SignedLinear, value: number): boolean {
    const at = this.locateAligned(address, 4, true);
    if (at !== -1) {
      this.memory.writeU32(at, value >>> 0);
      return true;
    }
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.write(address, bytes);
  }

  writeU64(address: SignedLinear, value: bigint): boolean {
    const at = this.locateAligned(address, 8, true);
    if (at !== -1) {
      this.memory.writeU64(at, value);
      return true;
    }
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.write(address, bytes);
  }

  /** A zero-terminated or fixed-size piece of text is the caller's business; this is the bytes of `words` u64 values. */
  readWords(address: SignedLinear, words: number): BigUint64Array | undefined {
    const bytes = this.read(address, words * 8);
    return bytes && new BigUint64Array(bytes.buffer);
  }
}
