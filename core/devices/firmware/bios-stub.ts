/**
 * What is left of a BIOS: interrupt handlers in real mode that refuse every service, so that software which asks goes on
 * without. Memory size is answered; interrupts of devices are acknowledged.
 */
import { writeU16 } from '../../base/bytes.ts';
import { LAYOUT } from '../layout.ts';
import type { Patch } from './bios-data.ts';

const SEGMENT = 0xf000;
const VECTORS = 256;
/** Both interrupt controllers as a BIOS sets them up. */
const PRIMARY = { first: 0x08, last: 0x0f } as const;
const SECONDARY = { first: 0x70, last: 0x77 } as const;
const MEMORY_SIZE = 0x12;

/** push bp; mov bp, sp; or byte [bp + 6], 1 (carry in the flags that IRET restores); pop bp; iret */
const REFUSE = [0x55, 0x89, 0xe5, 0x80, 0x4e, 0x06, 0x01, 0x5d, 0xcf];
/** push ax; mov al, 0x20; out 0x20, al; pop ax; iret */
const ACKNOWLEDGE_PRIMARY = [0x50, 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf];
/** The same with both controllers. */
const ACKNOWLEDGE_SECONDARY = [0x50, 0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20, 0x58, 0xcf];
/** mov ax, KiB; iret */
const TELL_MEMORY = [0xb8, (LAYOUT.lowRamEnd / 1024) & 0xff, (LAYOUT.lowRamEnd / 1024) >> 8, 0xcf];

/** The handlers, and the table of vectors at address zero that leads to them. */
export function biosStub(): Patch[] {
  const code: number[] = [];
  const place = (bytes: readonly number[]): number => {
    const at = code.length;
    code.push(...bytes);
    return at;
  };
  const refuse = place(REFUSE);
  const primary = place(ACKNOWLEDGE_PRIMARY);
  const secondary = place(ACKNOWLEDGE_SECONDARY);
  const memory = place(TELL_MEMORY);
  const handlerOf = (vector: number): number => {
    if (vector >= PRIMARY.first && vector <= PRIMARY.last) return primary;
    if (vector >= SECONDARY.first && vector <= SECONDARY.last) return secondary;
    return vector === MEMORY_SIZE ? memory : refuse;
  };
  const table = new Uint8Array(VECTORS * 4);
  for (let vector = 0; vector < VECTORS; vector++) {
    writeU16(table, vector * 4, handlerOf(vector));
    writeU16(table, vector * 4 + 2, SEGMENT);
  }
  return [
    { address: 0, bytes: table },
    { address: SEGMENT * 16, bytes: Uint8Array.from(code) },
  ];
}
