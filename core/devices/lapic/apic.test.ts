/** Local and I/O APICs together: priorities, messages between processors, timers, level-triggered pins. */
import { describe, expect, it } from 'vitest';
import type { BoardHost } from '../../seams/board.ts';
import { IoApic } from '../ioapic/device.ts';
import { LocalApics } from './device.ts';
import { APIC, CRYSTAL_HERTZ } from './registers.table.ts';

const FREQUENCY = CRYSTAL_HERTZ * 40;

function processors(count = 2) {
  const log: string[] = [];
  const state = { now: 0, offered: Array.from({ length: count }, () => false) };
  const host: BoardHost = {
    now: () => state.now,
    frequency: FREQUENCY,
    cpuCount: count,
    interrupt: (cpu, offered) => {
      state.offered[cpu] = offered;
    },
    nmi: (cpu) => void log.push(`nmi ${cpu}`),
    taskPriority: (cpu, value) => void log.push(`priority ${cpu} ${value}`),
    init: (cpu) => void log.push(`init ${cpu}`),
    startUp: (cpu, vector) => void log.push(`start ${cpu} ${vector}`),
    readMemory: (_, length) => new Uint8Array(length),
    writeMemory: () => undefined,
    end: () => undefined,
  };
  const apics = new LocalApics(host, { acknowledge: () => 0x20 });
  const ioApic = new IoApic((message) => apics.deliver({ ...message, asserted: true, shorthand: 0 }));
  apics.onEnd = (vector) => ioApic.end(vector);
  const write = (register: number, value: number, cpu = 0): void => apics.page.write(register, 4, value, cpu);
  const read = (register: number, cpu = 0): number => apics.page.read(register, 4, cpu);
  for (let cpu = 0; cpu < count; cpu++) write(APIC.svr, 0x1ff, cpu);
  return { apics, ioApic, state, log, write, read };
}

describe('LocalApics', () => {
  it('serves by priority class and respects task priority', () => {
    const { apics, state, write, read } = processors();
    write(APIC.icrHigh, 0);
    write(APIC.icrLow, 0x0004_0041); // self
    write(APIC.icrLow, 0x0004_0085);
    expect(apics.acknowledge(0)).toBe(0x85);
    expect(state.offered[0]).toBe(false);
    expect(read(APIC.ppr)).toBe(0x80);
    write(APIC.eoi, 0);
    expect(state.offered[0]).toBe(true);
    apics.writeTaskPriority(0, 4);
    expect(state.offered[0]).toBe(false);
    apics.writeTaskPriority(0, 3);
    expect(apics.acknowledge(0)).toBe(0x41);
    expect(apics.acknowledge(0)).toBe(-1);
  });

  it('tells the processor of a task priority written to the register, for CR8', () => {
    const { apics, log, write } = processors(1);
    write(APIC.tpr, 0x57);
    expect(apics.readTaskPriority(0)).toBe(5);
    expect(log).toEqual(['priority 0 5']);
  });

  it('starts another processor by INIT and start-up', () => {
    const { log, write } = processors();
    write(APIC.icrHigh, 1 << 24);
    write(APIC.icrLow, 0x0000_c500);
    write(APIC.icrLow, 0x0000_8500); // de-assert: nothing
    write(APIC.icrLow, 0x0000_0609);
    write(APIC.icrLow, 0x000c_0400); // NMI to all others
    expect(log).toEqual(['init 1', 'start 1 9', 'nmi 1']);
  });

  it('finds logical destinations', () => {
    const { state, write } = processors(4);
    for (const cpu of [0, 1, 2, 3]) write(APIC.ldr, (1 << cpu) << 24, cpu);
    write(APIC.icrHigh, 0x0a << 24);
    write(APIC.icrLow, 0x0000_0855);
    expect(state.offered).toEqual([false, true, false, true]);
  });

  it('expires once, periodically, or at a deadline', () => {
    const { apics, state, write, read } = processors(1);
    write(APIC.timerDivide, 0xb); // by 1
    write(APIC.lvtTimer, 0x30);
    write(APIC.timerInitial, 100);
    expect(apics.due()).toBe(4000);
    state.now = 1000;
    expect(read(APIC.timerCurrent)).toBe(75);
    state.now = 4000;
    apics.advance(4000);
    expect(apics.acknowledge(0)).toBe(0x30);
    expect(apics.due()).toBe(Number.POSITIVE_INFINITY);
    write(APIC.lvtTimer, 0x2_0030);
    write(APIC.timerInitial, 10);
    expect(apics.due()).toBe(4400);
    apics.advance(5000);
    expect(apics.due()).toBe(5200);
    write(APIC.lvtTimer, 0x4_0030);
    expect(apics.due()).toBe(Number.POSITIVE_INFINITY);
    apics.writeDeadline(0, 9000n);
    expect(apics.due()).toBe(9000);
    apics.advance(9000);
    expect(apics.readDeadline(0)).toBe(0n);
  });

  it('passes the legacy controllers on through LINT0', () => {
    const { apics, state, write } = processors();
    apics.legacyOutput(true);
    expect(state.offered).toEqual([true, false]);
    expect(apics.acknowledge(0)).toBe(0x20);
    write(APIC.lvtLint0, 0x1_0700);
    expect(state.offered[0]).toBe(false);
  });

  it('offers x2APIC registers as MSRs, and only in that mode', () => {
    const { apics, state } = processors();
    expect(apics.readX2apic(1, 0x802)).toBeUndefined();
    expect(apics.writeBase(1, 0xfee0_0c00n)).toBe(true);
    expect(apics.readX2apic(1, 0x802)).toBe(1n);
    expect(apics.readX2apic(1, 0x80d)).toBe(2n);
    expect(apics.writeX2apic(1, 0x83f, 0x44n)).toBe(true);
    expect(state.offered[1]).toBe(true);
    expect(apics.writeX2apic(1, 0x802, 0n)).toBe(false);
    expect(apics.writeBase(1, 0xfee0_0800n)).toBe(false);
  });

  it('reports illegal vectors and registers after a write to the error register', () => {
    const { write, read } = processors();
    write(APIC.icrLow, 0x0004_0005);
    write(0x3c0, 1);
    expect(read(APIC.esr)).toBe(0);
    write(APIC.esr, 0);
    expect(read(APIC.esr)).toBe(0xa0);
  });
});

describe('IoApic', () => {
  const program = (ioApic: IoApic, pin: number, low: number, high = 0): void => {
    for (const [register, value] of [
      [0x11 + pin * 2, high],
      [0x10 + pin * 2, low],
    ] as const) {
      ioApic.page.write(0, 4, register, 0);
      ioApic.page.write(0x10, 4, value, 0);
    }
  };

  it('sends an edge once and a level until it is withdrawn', () => {
    const { apics, ioApic, state, write } = processors();
    program(ioApic, 4, 0x34);
    ioApic.setPin(4, true);
    expect(apics.acknowledge(0)).toBe(0x34);
    write(APIC.eoi, 0);
    expect(state.offered[0]).toBe(false);

    program(ioApic, 9, 0x8039);
    ioApic.setPin(9, true);
    expect(apics.acknowledge(0)).toBe(0x39);
    write(APIC.eoi, 0);
    expect(apics.acknowledge(0)).toBe(0x39);
    ioApic.setPin(9, false);
    write(APIC.eoi, 0);
    expect(state.offered[0]).toBe(false);
  });

  it('holds a masked level and sends it when unmasked', () => {
    const { ioApic, state } = processors();
    program(ioApic, 9, 0x1_8039);
    ioApic.setPin(9, true);
    expect(state.offered[0]).toBe(false);
    program(ioApic, 9, 0x8039);
    expect(state.offered[0]).toBe(true);
  });

  it('has its version and pins', () => {
    const { ioApic } = processors();
    ioApic.page.write(0, 4, 1, 0);
    expect(ioApic.page.read(0x10, 4, 0)).toBe(0x0017_0011);
  });
});
