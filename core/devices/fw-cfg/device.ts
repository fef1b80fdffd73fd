/** Facts about the computer for software that reads them from the firmware configuration device: CPU count, memory. */
import { textBytes, writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import type { BusDevice } from '../bus.ts';
import { ITEM } from './registers.table.ts';

export function fwCfg(facts: { readonly cpus: number; readonly memoryBytes: number }): BusDevice {
  const number16 = (value: number): Uint8Array => {
    const bytes = new Uint8Array(2);
    writeU16(bytes, 0, value);
    return bytes;
  };
  const size = new Uint8Array(8);
  writeU64(size, 0, facts.memoryBytes);
  const version = new Uint8Array(4);
  writeU32(version, 0, 1);
  const items = new Map<number, Uint8Array>([
    [ITEM.signature, textBytes('QEMU')],
    [ITEM.id, version],
    [ITEM.ramSize, size],
    [ITEM.cpuCount, number16(facts.cpus)],
    [ITEM.maxCpus, number16(facts.cpus)],
    [ITEM.directory, new Uint8Array(4)], // no files
  ]);
  let item: Uint8Array | undefined;
  let at = 0;
  return {
    name: 'fw-cfg',
    // The data port gives the next byte of the item, zero behind its end.
    read: (offset) => (offset === 1 ? (item?.[at++] ?? 0) : 0),
    write: (offset, _, value) => {
      if (offset !== 0) return;
      item = items.get(value & 0x3fff);
      at = 0;
    },
  };
}
