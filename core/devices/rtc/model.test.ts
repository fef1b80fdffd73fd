/** The clock chip: dates in both codings, setting the time, and its interrupts. */
import { describe, expect, it } from 'vitest';
import { fromSeconds, toSeconds } from './calendar.ts';
import { Rtc } from './device.ts';
import { RtcModel } from './model.ts';

const NOON = toSeconds({ year: 2026, month: 2, day: 28, hours: 12, minutes: 34, seconds: 56 });

describe('calendar', () => {
  it('agrees with the host for four hundred years', () => {
    for (let seconds = -(2 ** 31); seconds < 2 ** 33; seconds += 86_400 * 97 + 3607) {
      const date = new Date(seconds * 1000);
      const fields = fromSeconds(seconds);
      expect(fields).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hours: date.getUTCHours(),
        minutes: date.getUTCMinutes(),
        seconds: date.getUTCSeconds(),
        weekday: date.getUTCDay() + 1,
      });
      expect(toSeconds(fields)).toBe(seconds);
    }
  });
});

describe('RtcModel', () => {
  it('shows the time in BCD and binary, in 24 and 12 hours', () => {
    const rtc = new RtcModel();
    expect([9, 8, 7, 4, 2, 0, 0x32].map((index) => rtc.read(index, NOON))).toEqual([0x26, 0x02, 0x28, 0x12, 0x34, 0x56, 0x20]);
    rtc.write(0x0b, 0x04, NOON);
    expect([9, 4, 0].map((index) => rtc.read(index, NOON))).toEqual([26, 0x8c, 56]);
  });

  it('is set while stopped and runs on from there', () => {
    const rtc = new RtcModel();
    rtc.write(0x0b, 0x82, NOON);
    rtc.write(4, 0x23, NOON);
    rtc.write(2, 0x59, NOON + 100);
    rtc.write(0, 0x59, NOON + 100);
    rtc.write(0x0b, 0x02, NOON + 200);
    expect([4, 2, 0, 7].map((index) => rtc.read(index, NOON + 201))).toEqual([0x00, 0x00, 0x00, 0x01]);
  });

  it('announces updates and keeps configuration bytes', () => {
    const rtc = new RtcModel();
    expect(rtc.read(0x0a, NOON + 0.5)).toBe(0x26);
    expect(rtc.read(0x0a, NOON + 0.9999)).toBe(0xa6);
    rtc.write(0x0f, 0x0a, NOON);
    expect([rtc.read(0x0f, NOON), rtc.read(0x0d, NOON)]).toEqual([0x0a, 0x80]);
  });
});

describe('Rtc', () => {
  it('interrupts periodically until register C is read', () => {
    let now = 0;
    let level = false;
    const rtc = new Rtc({
      line: (asserted) => {
        level = asserted;
      },
      frequency: 32_768,
      epoch: 0,
      now: () => now,
    });
    const write = (index: number, value: number): void => {
      rtc.ports.write(0, 1, index, 0);
      rtc.ports.write(1, 1, value, 0);
    };
    write(0x0a, 0x26);
    write(0x0b, 0x42);
    expect(rtc.due()).toBe(32); // 1024 Hz
    now = 32;
    rtc.advance(now);
    expect(level).toBe(true);
    rtc.ports.write(0, 1, 0x0c, 0);
    expect(rtc.ports.read(1, 1, 0)).toBe(0xc0);
    expect(level).toBe(false);
    write(0x0b, 0x12);
    expect(rtc.due()).toBe(32_768);
  });
});
