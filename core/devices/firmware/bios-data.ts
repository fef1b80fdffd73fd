/** What a firmware leaves in the BIOS data area, for software that looks there. Source: Ralf Brown's Interrupt List, MEMORY.LST. */
import { writeU16 } from '../../base/bytes.ts';
import { LAYOUT } from '../layout.ts';

const AREA = { address: 0x400, com1: 0x00, extendedSegment: 0x0e, equipment: 0x10, baseKib: 0x13, length: 0x100 } as const;
/** One serial port. */
const EQUIPMENT = 1 << 9;

export interface Patch {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The data area, and the extended one, which begins with its own size in KiB. */
export function biosData(): Patch[] {
  const area = new Uint8Array(AREA.length);
  writeU16(area, AREA.com1, LAYOUT.com1);
  writeU16(area, AREA.extendedSegment, LAYOUT.extendedBiosData >> 4);
  writeU16(area, AREA.equipment, EQUIPMENT);
  writeU16(area, AREA.baseKib, LAYOUT.lowRamEnd / 1024);
  return [
    { address: AREA.address, bytes: area },
    { address: LAYOUT.extendedBiosData, bytes: Uint8Array.of(1) },
  ];
}
