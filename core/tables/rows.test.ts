/** The instruction tables as a whole: no two rows claim an instruction, every handler has a row, encodings read as the manual writes them. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Row } from '../isa/row.ts';
import { possibleSizes, readEncoding } from './encoding.ts';
import { byOpcode, findHandlers, loadRows, numberRows } from './rows.ts';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const rows = await loadRows(join(core, 'isa/rows'));
const handlers = findHandlers(join(core, 'hardware/cpu/hot'));

describe('the tables', () => {
  it('let no two rows claim the same instruction', () => {
    expect(() => byOpcode(numberRows(rows, handlers).numbered)).not.toThrow();
  });

  it('have a row for every handler', () => {
    const named = new Set(rows.map((row) => row.handler ?? row.name.toLowerCase()));
    expect([...handlers.keys()].filter((name) => !named.has(name))).toEqual([]);
  });

  it('number every form once', () => {
    const ids = numberRows(rows, handlers).variants.map((variant) => variant.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an encoding', () => {
  const read = (code: string, operands = '') => readEncoding({ name: 'X', code, operands });

  it('names map, opcode, ModRM and immediates', () => {
    expect(read('66 0F 3A 0F /r ib', 'Vdq,Wdq,Ib')).toMatchObject({ map: 3, opcodes: [0x0f], hasModRm: true, immediate: 1 });
    expect(read('C8 iw ib')).toMatchObject({ map: 0, opcodes: [0xc8], hasModRm: false, immediate: 9 });
    expect(read('VEX.LZ.F2.0F38 F6 /r', 'Gy,By,Ey')).toMatchObject({ map: 5, opcodes: [0xf6], usesVvvv: true });
    expect(read('50 +r').opcodes).toEqual([0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57]);
  });

  it.each([
    ['Ev,Gv', 'v'],
    ['Gv,Eb', 'v'],
    ['Eb,Gb', 'b'],
    ['Gy,Ey', 'y'],
    ['DX,AL', 'b'],
    ['Ew', 'w'],
    ['Vps,Wps', 'd'],
  ])('of operands %s has size rule %s', (operands, size) => {
    expect(read('90 /r', operands).size).toBe(size);
  });

  it('refuses what it does not know', () => {
    expect(() => read('0F XX')).toThrow(/bad opcode/);
    expect(() => read('90 /9')).toThrow(/unknown/);
  });

  it('notices rows that overlap', () => {
    const clash: Row[] = [
      { name: 'A', code: '0F 0E /1' },
      { name: 'B', code: '0F 0E /r mod=3' },
    ];
    expect(() => byOpcode(numberRows(clash, new Map()).numbered)).toThrow(/overlap/);
  });

  it('lists the sizes of a rule', () => {
    expect(possibleSizes('v', undefined)).toEqual([2, 4, 8]);
    expect(possibleSizes('d64', 'legacy')).toEqual([2, 4]);
  });
});
