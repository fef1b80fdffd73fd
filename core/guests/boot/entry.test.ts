/** The segments that a kernel begins with, and the descriptors behind them. */
import { describe, expect, it } from 'vitest';
import { readU64 } from '../../base/bytes.ts';
import { descriptorTable } from './entry.ts';

const CODE_32 = 0x00cf_9b00_0000_ffffn;
const CODE_64 = 0x00af_9b00_0000_ffffn;
const DATA = 0x00cf_9300_0000_ffffn;

describe('the descriptors of a kernel', () => {
  it('begin with code and data for 32-bit kernels, which keep their selectors under tables of their own', () => {
    const table = descriptorTable('protected');
    expect([readU64(table, 0x08), readU64(table, 0x10)]).toEqual([CODE_32, DATA]);
  });

  it('are where the 64-bit protocol of Linux has them', () => {
    const table = descriptorTable('long');
    expect([readU64(table, 0x10), readU64(table, 0x18)]).toEqual([CODE_64, DATA]);
  });
});
