/** The 16550 model: what drivers probe for, what they wait for, and what goes back and forth. */
import { describe, expect, it } from 'vitest';
import { UartModel } from './model.ts';
import { UART_REGISTERS } from './registers.table.ts';

describe('UartModel', () => {
  it('has the reset values of its table', () => {
    for (const row of UART_REGISTERS.filter((each) => each.access.includes('r') && each.name !== 'RBR')) {
      const model = new UartModel();
      if ('bank' in row && row.bank === 1) model.write(3, 0x80);
      expect([row.name, model.read(row.at)]).toEqual([row.name, row.reset]);
    }
  });

  it('sends bytes and reports an empty transmitter once per interrupt read', () => {
    const model = new UartModel();
    const sent: number[] = [];
    model.send = (byte) => sent.push(byte);
    model.write(1, 2);
    expect(model.interrupting).toBe(true);
    expect(model.read(2)).toBe(0x02);
    expect(model.interrupting).toBe(false);
    model.write(0, 0x41);
    expect(sent).toEqual([0x41]);
    expect(model.read(2)).toBe(0x02);
  });

  it('tells received bytes by trigger level, and fewer by time-out', () => {
    const model = new UartModel();
    model.write(2, 0xc1); // FIFO, trigger at 14
    model.write(1, 1);
    model.receive(1);
    expect(model.read(2)).toBe(0xcc);
    for (let i = 0; i < 15; i++) model.receive(i);
    expect(model.read(2)).toBe(0xc4);
    expect(model.room).toBe(0);
    model.receive(99);
    expect(model.read(5) & 0x03).toBe(0x03); // data, and one lost
    expect(model.read(0)).toBe(1);
  });

  it('passes the loop test of drivers', () => {
    const model = new UartModel();
    model.write(4, 0x1a); // loop, OUT2, RTS
    expect(model.read(6) & 0xf0).toBe(0x90);
    model.write(0, 0x5a);
    expect(model.read(0)).toBe(0x5a);
  });

  it('keeps divisor and scratch', () => {
    const model = new UartModel();
    model.write(3, 0x83);
    model.write(0, 0x0c);
    model.write(1, 0x01);
    expect([model.read(0), model.read(1)]).toEqual([0x0c, 0x01]);
    model.write(3, 0x03);
    model.write(7, 0xa5);
    expect([model.read(1), model.read(7)]).toEqual([0, 0xa5]);
  });
});
