/** A small machine memory over one array, for tests of loaders and devices. */
import { readU32, readU64, writeU32, writeU64 } from '../../../base/bytes.ts';
import type { MachineMemory } from '../../../seams/machine.ts';

export function flatMemory(size: number): MachineMemory & { readonly all: Uint8Array } {
  const all = new Uint8Array(size);
  return {
    all,
    frames: size / 4096,
    bytes: (frame) => all.subarray(frame * 4096, frame * 4096 + 4096),
    readU64: (address) => readU64(all, address),
    writeU64: (address, value) => writeU64(all, address, value),
    readU32: (address) => readU32(all, address),
    writeU32: (address, value) => writeU32(all, address, value),
    read: (address, length) => all.slice(address, address + length),
    write: (address, bytes) => all.set(bytes, address),
    discard: (frame) => void all.fill(0, frame * 4096, frame * 4096 + 4096),
    share: () => undefined,
    isPrivate: () => true,
    usage: () => ({ privateFrames: size / 4096, sharedFrames: 0 }),
  };
}
