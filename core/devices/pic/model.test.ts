/** The interrupt controller pair: priorities, masks, end of interrupt, cascade. */
import { describe, expect, it } from 'vitest';
import { PicPair } from './device.ts';

function pair() {
  let output = false;
  const pic = new PicPair((level) => {
    output = level;
  });
  const primary = (offset: number, value: number) => pic.primaryPorts.write(offset, 1, value, 0);
  const secondary = (offset: number, value: number) => pic.secondaryPorts.write(offset, 1, value, 0);
  for (const [write, base, wiring] of [
    [primary, 0x20, 4],
    [secondary, 0x28, 2],
  ] as const) {
    write(0, 0x11);
    write(1, base);
    write(1, wiring);
    write(1, 0x01);
    write(1, 0x00);
  }
  return { pic, primary, secondary, output: () => output };
}

describe('PicPair', () => {
  it('serves the highest priority first and holds lower ones off until the end of interrupt', () => {
    const { pic, primary, output } = pair();
    pic.line(4, true);
    pic.line(1, true);
    expect(pic.acknowledge()).toBe(0x21);
    expect(output()).toBe(false);
    primary(0, 0x20);
    expect(output()).toBe(true);
    expect(pic.acknowledge()).toBe(0x24);
  });

  it('passes the secondary through input 2', () => {
    const { pic, primary, secondary, output } = pair();
    pic.line(8, true);
    expect(pic.acknowledge()).toBe(0x28);
    secondary(0, 0x20);
    primary(0, 0x20);
    expect(output()).toBe(false);
    pic.line(8, false);
    pic.line(8, true);
    expect(output()).toBe(true);
  });

  it('masks, and keeps a request behind the mask', () => {
    const { pic, primary, output } = pair();
    primary(1, 0x10);
    pic.line(4, true);
    expect(output()).toBe(false);
    expect(pic.primaryPorts.read(0, 1, 0)).toBe(0x10);
    primary(1, 0);
    expect(output()).toBe(true);
  });

  it('keeps a level-triggered request while its line is asserted', () => {
    const { pic, primary, secondary, output } = pair();
    pic.edgeLevelPorts.write(0, 2, 0x0200, 0);
    pic.line(9, true);
    expect(pic.acknowledge()).toBe(0x29);
    secondary(0, 0x20);
    primary(0, 0x20);
    expect(output()).toBe(true);
    pic.line(9, false);
    expect(output()).toBe(false);
  });

  it('answers a spurious acknowledge with the vector of input 7', () => {
    expect(pair().pic.acknowledge()).toBe(0x27);
  });
});
