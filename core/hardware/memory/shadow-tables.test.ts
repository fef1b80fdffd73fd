/** What a shadow of page tables has to take over, and when it lets go. */
import { describe, expect, it } from 'vitest';
import { Constant, Place } from '../cpu/gen/offsets.ts';
import { ShadowTables } from './shadow-tables.ts';

const FRAME = 4096;
const [ROOT, TABLE] = [0x400 * FRAME, 0x401 * FRAME];
/** The second entry of the root, the third of the table. */
const ENTRIES = [ROOT + 8, TABLE + 16];

const setUp = () => {
  const bytes = new Uint8Array(Place.frameFlags + 0x1000);
  const flag = (address: number): number => Place.frameFlags + address / FRAME;
  const page = (address: number): number => address - (address % FRAME);
  const marked: number[] = [];
  const shadow = new ShadowTables({
    bytes,
    markTable: (address) => {
      bytes[flag(page(address))] = Constant.frameTable;
      marked.push(page(address));
    },
    unmarkTable: (address) => {
      bytes[flag(page(address))] = 0;
    },
  });
  const walk = (write: boolean, dirty = false, piece = 0): boolean => shadow.walked({ entries: ENTRIES, piece, write, dirty });
  return { shadow, walk, marked, forget: (table: number) => (bytes[flag(table)] = 0) };
};

describe('a shadow', () => {
  it('takes an entry over once, and once more for the first write', () => {
    const { walk, marked } = setUp();
    expect([walk(false), walk(false), walk(true), walk(true)]).toEqual([true, false, true, false]);
    expect(marked).toEqual([ROOT, TABLE]);
  });

  it('lets a page be written at once that was written before', () => {
    const { walk } = setUp();
    expect([walk(false, true), walk(true, true)]).toEqual([true, false]);
  });

  it('has large pages by pieces of 4 KiB', () => {
    const { walk } = setUp();
    expect([walk(false, false, 1), walk(false, false, 2), walk(false, false, 1)]).toEqual([true, true, false]);
  });

  it('drops what the guest writes over, and nothing beside it', () => {
    const { shadow, walk } = setUp();
    walk(false);
    expect(shadow.written(TABLE + 24, 8, false)).toBe(true);
    expect(walk(false)).toBe(false);
    expect(shadow.written(TABLE + 20, 1, false)).toBe(true);
    expect(walk(false)).toBe(true);
    expect(shadow.written(ROOT, 16, false)).toBe(true);
    expect([walk(false), walk(false)]).toEqual([true, false]);
  });

  it('follows no table that is written on and on, or by a program, until it is walked again', () => {
    for (const writes of [[false, false, false], [true]]) {
      const { shadow, walk } = setUp();
      walk(false);
      for (const foreign of writes) expect(shadow.written(TABLE, 8, foreign)).toBe(true);
      expect(shadow.written(TABLE, 8, false)).toBe(false);
      expect([walk(false), shadow.written(TABLE, 8, false)]).toEqual([true, true]);
    }
  });

  it('begins anew with a frame that was replaced', () => {
    const { walk, forget } = setUp();
    walk(false);
    forget(TABLE);
    expect([walk(false), walk(false)]).toEqual([true, false]);
  });

  it('takes pages over while there are no tables', () => {
    const { shadow } = setUp();
    const reach = (piece: number): boolean => shadow.walked({ entries: [], piece, write: false, dirty: false });
    expect([reach(1), reach(2), reach(1)]).toEqual([true, true, false]);
  });
});
