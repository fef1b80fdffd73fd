/** The whole board: tables that software can trust, unclaimed accesses, and interrupts through both kinds of controller. */
import { describe, expect, it } from 'vitest';
import { cpuidOf } from '../../abi/x86/cpuid.ts';
import { MSRS } from '../../abi/x86/msr.table.ts';
import { byteSum, readText, readU16, readU32, readU64 } from '../../base/bytes.ts';
import type { BoardHost, Outcome } from '../../seams/board.ts';
import { memoryMap, ramRanges } from '../layout.ts';
import { pc } from './pc.ts';

function board(cpus = 2) {
  const state = { now: 0, offered: [] as boolean[], outcome: undefined as Outcome | undefined, sent: '' };
  const memory = new Uint8Array(0x10_0000);
  let input: (bytes: Uint8Array) => void = () => undefined;
  const host: BoardHost = {
    now: () => state.now,
    frequency: 1e9,
    cpuCount: cpus,
    interrupt: (cpu, offered) => {
      state.offered[cpu] = offered;
    },
    nmi: () => undefined,
    taskPriority: () => undefined,
    init: () => undefined,
    startUp: () => undefined,
    readMemory: (address, length) => memory.slice(address, address + length),
    writeMemory: (address, bytes) => memory.set(bytes, address),
    end: (outcome) => {
      state.outcome = outcome;
    },
  };
  const serial = {
    write: (bytes: Uint8Array) => {
      state.sent += String.fromCharCode(...bytes);
    },
    onData: (listener: (bytes: Uint8Array) => void) => {
      input = listener;
    },
  };
  const made = pc(host, { memoryBytes: 128 << 20, serial, epoch: 0 });
  for (const { address, bytes } of made.firmware) memory.set(bytes, address);
  return { board: made, state, memory, type: (text: string) => input(Uint8Array.from(Buffer.from(text))) };
}

describe('the PC board', () => {
  it('has ACPI tables whose checksums hold and whose pointers lead to them', () => {
    const { board: made, memory } = board(3);
    const rsdp = memory.subarray(made.rsdp);
    expect(readText(rsdp, 0, 8)).toBe('RSD PTR ');
    expect([byteSum(rsdp.subarray(0, 20)), byteSum(rsdp.subarray(0, 36))]).toEqual([0, 0]);
    const tables = (root: number, width: number): string[] => {
      const table = memory.subarray(root, root + readU32(memory, root + 4));
      expect(byteSum(table)).toBe(0);
      const found: string[] = [];
      for (let at = 36; at < table.length; at += width) {
        const address = width === 8 ? Number(readU64(table, at)) : readU32(table, at);
        expect(byteSum(memory.subarray(address, address + readU32(memory, address + 4)))).toBe(0);
        found.push(readText(memory, address, address + 4));
      }
      return found;
    };
    expect(tables(readU32(rsdp, 16), 4)).toEqual(['FACP', 'APIC']);
    expect(tables(Number(readU64(rsdp, 24)), 8)).toEqual(['FACP', 'APIC']);
  });

  it('has MP tables where kernels look for them, with every processor in them', () => {
    const { memory } = board(3);
    let pointer = 0xf_0000;
    while (pointer < 0x10_0000 && readText(memory, pointer, pointer + 4) !== '_MP_') pointer += 16;
    expect(byteSum(memory.subarray(pointer, pointer + 16))).toBe(0);
    const table = memory.subarray(readU32(memory, pointer + 4));
    expect(readText(table, 0, 4)).toBe('PCMP');
    const length = readU16(table, 4);
    expect(byteSum(table.subarray(0, length))).toBe(0);
    const types: number[] = [];
    for (let at = 44; at < length; at += table[at] === 0 ? 20 : 8) types.push(table[at] ?? -1);
    expect(types.length).toBe(readU16(table, 34));
    expect([0, 1, 2, 3, 4].map((type) => types.filter((each) => each === type).length)).toEqual([3, 2, 1, 15 + 124, 2]);
  });

  it('counts what nobody answers', () => {
    const { board: made } = board();
    expect(made.readPort(0, 0x1234, 2)).toBe(0xffff);
    expect(made.readDevice(0, 0xd000_0000, 8)).toBe(0xffff_ffff_ffff_ffffn);
    expect(made.readMsr(0, 0x1_2345)).toBeUndefined();
    expect(made.statistics().unclaimed).toEqual({
      ports: [[0x1234, 1]],
      memory: [
        [0xd000_0000, 1],
        [0xd000_0004, 1],
      ],
      msrs: [[0x1_2345, 1]],
    });
  });

  it('sends and receives at the serial port, with an interrupt', () => {
    const { board: made, state, type } = board();
    for (const byte of Buffer.from('hello')) made.writePort(0, 0x3f8, 1, byte);
    expect(state.sent).toBe('hello');
    made.writePort(0, 0x3f9, 1, 1);
    made.writeDevice(0, 0xfec0_0000, 4, 0x18n);
    made.writeDevice(0, 0xfec0_0010, 4, 0x44n);
    type('x');
    expect(made.acknowledgeInterrupt(0)).toBe(0x44);
    expect(made.readPort(0, 0x3f8, 1)).toBe(0x78);
  });

  it('ends by debug exit, keyboard controller and power management', () => {
    const endOf = (action: (made: ReturnType<typeof board>['board']) => void): Outcome | undefined => {
      const { board: made, state } = board();
      action(made);
      return state.outcome;
    };
    expect(endOf((made) => made.writePort(0, 0xf4, 1, 3))).toEqual({ kind: 'debug-exit', value: 3 });
    expect(endOf((made) => made.writePort(0, 0x64, 1, 0xfe))).toEqual({ kind: 'reset' });
    expect(endOf((made) => made.writePort(0, 0xcf9, 1, 6))).toEqual({ kind: 'reset' });
    expect(endOf((made) => made.writePort(0, 0x604, 2, 0x3400))).toEqual({ kind: 'power-off' });
  });

  it('serves the deadline timer at its time', () => {
    const { board: made, state } = board();
    made.writeDevice(0, 0xfee0_0320, 4, 0x4_00efn);
    expect(made.writeMsr(0, 0x6e0, 5000n)).toBe(true);
    expect(made.nextEvent()).toBe(5000);
    state.now = 5000;
    made.advance(5000);
    expect(made.acknowledgeInterrupt(0)).toBe(0xef);
  });

  it('answers every register of the table as it says', () => {
    const { board: made } = board();
    for (const row of MSRS) {
      expect([row.name, made.readMsr(1, row.number) !== undefined]).toEqual([row.name, row.access !== 'w']);
      if (row.access === 'r') expect(made.writeMsr(1, row.number, 0n)).toBe(false);
    }
  });
});

describe('layout', () => {
  it('splits memory around the PCI windows', () => {
    expect(ramRanges(8 * 2 ** 30)).toEqual([
      { start: 0, length: 3 * 2 ** 30 },
      { start: 2 ** 32, length: 5 * 2 ** 30 },
    ]);
    const map = memoryMap(8 * 2 ** 30);
    map.slice(1).forEach((entry, index) => {
      const before = map[index];
      expect(entry.start).toBeGreaterThanOrEqual((before?.start ?? 0) + (before?.length ?? 0));
    });
  });
});

describe('CPUID', () => {
  const cpuid = cpuidOf({ cpus: 3, frequency: 1e9, crystalHertz: 25e6 });

  it('tells the exact frequency of the time stamp counter', () => {
    const { eax, ebx, ecx } = cpuid(0, 0x15, 0);
    expect((ecx * ebx) / eax).toBe(1e9);
  });

  it('numbers processors and packages', () => {
    expect(cpuid(2, 1, 0).ebx >>> 24).toBe(2);
    expect((cpuid(2, 1, 0).edx >>> 28) & 1).toBe(1);
    expect(cpuid(2, 0xb, 1)).toMatchObject({ eax: 2, ebx: 3, edx: 2 });
  });

  it('answers leaves beyond the last as the last basic one, and never with a hypervisor', () => {
    expect(cpuid(0, 0x4000_0000, 0)).toEqual(cpuid(0, 0x16, 0));
    expect(cpuid(0, 1, 0).ecx >>> 31).toBe(0);
    expect(cpuid(0, 7, 1)).toEqual({ eax: 0, ebx: 0, ecx: 0, edx: 0 });
  });
});
