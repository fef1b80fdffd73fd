/** PCI: finding devices, measuring and moving their windows, interrupts. */
import { describe, expect, it } from 'vitest';
import { Bus } from '../bus.ts';
import { PciFunction } from './function.ts';
import { PciHost } from './host.ts';

function host() {
  const ports = new Bus();
  const memory = new Bus();
  const pins: boolean[] = [];
  const registers = { name: 'registers', read: (offset: number) => offset, write: () => undefined };
  const device = new PciFunction(
    {
      vendor: 0x1af4,
      device: 0x1042,
      class: 0x01_8000,
      interruptPin: 1,
      windows: { 0: { kind: 'io', size: 32, device: registers }, 4: { kind: 'memory', size: 0x4000, device: registers } },
      capabilities: [Uint8Array.of(9, 0, 16, 1), Uint8Array.of(9, 0, 20, 2, 4)],
    },
    { ports, memory },
    (level) => void pins.push(level),
  );
  const pci = new PciHost({ name: 'reset', read: () => 0x42, write: () => undefined });
  pci.plug(3, 0, device);
  const select = (slot: number, register: number): void => pci.ports.write(0, 4, 0x8000_0000 + slot * 0x800 + register, 0);
  const read = (slot: number, register: number, width = 4): number => {
    select(slot, register & ~3);
    return pci.ports.read(4 + (register & 3), width, 0);
  };
  const write = (slot: number, register: number, width: number, value: number): void => {
    select(slot, register & ~3);
    pci.ports.write(4 + (register & 3), width, value, 0);
  };
  return { ports, memory, pins, device, pci, read, write };
}

describe('PCI', () => {
  it('finds what is plugged and nothing else', () => {
    const { read } = host();
    expect(read(3, 0)).toBe(0x1042_1af4);
    expect(read(4, 0)).toBe(0xffff_ffff);
    expect(read(3, 0x0b, 1)).toBe(0x01);
    expect(read(3, 0x3d, 1)).toBe(1);
  });

  it('chains capabilities', () => {
    const { read } = host();
    expect(read(3, 0x06, 2) & 0x10).toBe(0x10);
    expect(read(3, 0x34, 1)).toBe(0x40);
    expect(read(3, 0x41, 1)).toBe(0x44);
    expect(read(3, 0x45, 1)).toBe(0);
  });

  it('measures and moves a window, which answers only while it is switched on', () => {
    const { read, write, memory } = host();
    write(3, 0x20, 4, 0xffff_ffff);
    expect(read(3, 0x20)).toBe(0xffff_c000);
    write(3, 0x20, 4, 0xc000_0000);
    expect(memory.read(0xc000_0010, 4, 0)).toBe(0xffff_ffff);
    write(3, 0x04, 2, 0x0002);
    expect(memory.read(0xc000_0010, 4, 0)).toBe(0x10);
    write(3, 0x20, 4, 0xd000_0000);
    expect(memory.read(0xd000_0020, 4, 0)).toBe(0x20);
    expect(memory.read(0xc000_0010, 4, 0)).toBe(0xffff_ffff);
  });

  it('holds the interrupt pin back while it is disabled', () => {
    const { device, pins, write, read } = host();
    device.setInterrupt(true);
    write(3, 0x04, 2, 0x0400);
    expect(pins).toEqual([true, false]);
    expect(read(3, 0x06, 2) & 8).toBe(8);
  });

  it('keeps the reset register within its address port', () => {
    const { pci } = host();
    expect(pci.ports.read(1, 1, 0)).toBe(0x42);
    pci.ports.write(0, 4, 0x8000_1234, 0);
    expect(pci.ports.read(0, 4, 0)).toBe(0x8000_1234);
  });
});
