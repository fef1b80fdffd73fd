/** Power management: off, reset, the timer and the power button. */
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../seams/board.ts';
import { PowerManagement } from './device.ts';

function power() {
  const state = { now: 0, level: false, outcome: undefined as Outcome | undefined };
  const device = new PowerManagement({
    line: (level) => {
      state.level = level;
    },
    frequency: 3_579_545 * 10,
    now: () => state.now,
    end: (outcome) => {
      state.outcome = outcome;
    },
  });
  return { state, device };
}

describe('PowerManagement', () => {
  it('switches off on sleep type 5 with the enable bit, not before', () => {
    const { state, device } = power();
    device.pm1.write(4, 2, 5 << 10, 0);
    expect(state.outcome).toBeUndefined();
    device.pm1.write(4, 2, (5 << 10) | 0x2000, 0);
    expect(state.outcome).toEqual({ kind: 'power-off' });
  });

  it('is in ACPI mode from the start', () => {
    expect(power().device.pm1.read(4, 2, 0) & 1).toBe(1);
  });

  it('resets through the reset control register', () => {
    const { state, device } = power();
    device.resetControl.write(0, 1, 0x02, 0);
    expect(state.outcome).toBeUndefined();
    device.resetControl.write(0, 1, 0x06, 0);
    expect(state.outcome).toEqual({ kind: 'reset' });
  });

  it('counts its timer in 24 bits', () => {
    const { state, device } = power();
    state.now = 10 * (2 ** 24 + 5);
    expect(device.pm1.read(8, 4, 0)).toBe(5);
  });

  it('tells the power button by interrupt until its status is cleared', () => {
    const { state, device } = power();
    device.pm1.write(2, 2, 0x0100, 0);
    device.pressPowerButton();
    expect(state.level).toBe(true);
    device.pm1.write(0, 2, 0x0100, 0);
    expect(state.level).toBe(false);
  });
});
