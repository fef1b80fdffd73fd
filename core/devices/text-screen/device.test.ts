/** Registers that kernels with a text console cannot do without. */
import { expect, it } from 'vitest';
import { CRTC } from '../../abi/x86/vga.table.ts';
import { TextScreen } from './device.ts';

it('keeps the cursor, and shows retraces coming and going', () => {
  const { crtc, status } = new TextScreen();
  const cursor = (): number => {
    crtc.write(0, 1, CRTC.cursorHigh, 0);
    const high = crtc.read(1, 1, 0);
    crtc.write(0, 1, CRTC.cursorLow, 0);
    return high * 256 + crtc.read(1, 1, 0);
  };
  expect(cursor()).toBe(0);
  crtc.write(0, 2, CRTC.cursorHigh | (0x07 << 8), 0);
  crtc.write(0, 2, CRTC.cursorLow | (0xcf << 8), 0);
  expect(cursor()).toBe(1999);
  expect([status.read(0, 1, 0) & 8, status.read(0, 1, 0) & 8]).toEqual([8, 0]);
});
