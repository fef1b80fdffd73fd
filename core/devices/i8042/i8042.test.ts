/** The keyboard controller: what drivers ask of it, and keys as bytes with an interrupt each. */
import { describe, expect, it } from 'vitest';
import { I8042 } from './device.ts';

function controller(hasKeyboard: boolean) {
  const log: string[] = [];
  const edges: boolean[] = [];
  const i8042 = new I8042({ reset: () => log.push('reset'), line: (asserted) => edges.push(asserted), hasKeyboard });
  const command = (...bytes: readonly number[]): void => {
    i8042.command.write(0, 1, bytes[0] ?? 0, 0);
    for (const byte of bytes.slice(1)) i8042.data.write(0, 1, byte, 0);
  };
  const send = (byte: number): void => i8042.data.write(0, 1, byte, 0);
  /** All bytes that wait. */
  const read = (): number[] => {
    const bytes: number[] = [];
    while ((i8042.command.read(0, 1, 0) & 1) !== 0) bytes.push(i8042.data.read(0, 1, 0));
    return bytes;
  };
  return { i8042, log, edges, command, send, read };
}

describe('the keyboard controller', () => {
  it('passes its tests, keeps its configuration and resets the computer', () => {
    const { command, read, log } = controller(false);
    command(0xaa);
    command(0xab);
    expect(read()).toEqual([0x55, 0]);
    command(0x60, 0x45);
    command(0x20);
    expect(read()).toEqual([0x45]);
    command(0xad);
    command(0x20);
    expect(read()).toEqual([0x55]);
    command(0xfe);
    command(0xd1, 0x02);
    expect(log).toEqual(['reset', 'reset']);
  });

  it('says that nothing is plugged in', () => {
    const { command, send, read } = controller(false);
    send(0xff);
    command(0xd4, 0xff);
    expect(read()).toEqual([0xfe, 0xfe]);
  });

  it('hands the keyboard commands and gives its answers', () => {
    const { send, read } = controller(true);
    send(0xff);
    expect(read()).toEqual([0xfa, 0xaa]);
    send(0xf2);
    expect(read()).toEqual([0xfa, 0xab, 0x41]); // 83h, translated
    send(0xed);
    send(0x07);
    expect(read()).toEqual([0xfa, 0xfa]);
    send(0xfe);
    expect(read()).toEqual([0xfa]);
  });

  it('translates keys to set 1, with an edge of the line for each byte', () => {
    const { i8042, read, edges } = controller(true);
    i8042.keyboard?.key('KeyA', true);
    i8042.keyboard?.key('KeyA', false);
    i8042.keyboard?.key('ArrowUp', true);
    i8042.keyboard?.key('ArrowUp', false);
    i8042.keyboard?.key('NoSuchKey', true);
    expect(edges.at(-1)).toBe(true);
    edges.length = 0;
    expect(read()).toEqual([0x1e, 0x9e, 0xe0, 0x48, 0xe0, 0xc8]);
    expect(edges).toEqual([false, true, false, true, false, true, false, true, false, true, false]);
  });

  it('passes set 2 on as it is without translation', () => {
    const { i8042, command, read } = controller(true);
    command(0x60, 0x01);
    i8042.keyboard?.key('F7', true);
    i8042.keyboard?.key('KeyA', false);
    expect(read()).toEqual([0x83, 0xf0, 0x1c]);
  });

  it('keeps keys while it is disabled, and loses those that software never reads', () => {
    const { i8042, command, read } = controller(true);
    command(0xad);
    i8042.keyboard?.key('Space', true);
    expect(read()).toEqual([]);
    command(0xae);
    expect(read()).toEqual([0x39]);
    for (let i = 0; i < 1000; i++) i8042.keyboard?.key('Space', true);
    expect(read().length).toBe(64);
  });
});
