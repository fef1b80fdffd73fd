/** What fits, by the numbers. */
import { expect, it } from 'vitest';
import { evenShare, fitOf } from './fit.ts';

const instance = {
  vcpus: 16,
  ecu: 33.5,
  memoryMib: 21_934,
  diskGib: 1574,
  pricePerHour: 1.6,
  capacity: { cpuEcu: 32, vcpus: 16, memoryMib: 20_000, diskMib: 1_600_000, ownMemoryMib: 1934, ownCpuEcu: 1.5 },
};

it('finds the papers price of forty machines', () => {
  const plan = fitOf(instance, [], { count: 40, vcpus: 1, memoryMib: 480, diskMib: 10_240 });
  expect(plan.pricePerMachine).toBeCloseTo(0.04);
  expect(plan.parts.find((it) => it.resource === 'cpu')?.ratio).toBe(2.5);
  expect(plan.binding).toBe('memory');
  expect(plan.warnings).toEqual([]);
});

it('counts what is there already', () => {
  const there = [{ vcpus: 4, memoryMib: 16_000, disks: [] }];
  const plan = fitOf(instance, there, { count: 2, vcpus: 1, memoryMib: 4000, diskMib: 0 });
  expect(plan.parts.find((it) => it.resource === 'memory')?.allows).toBe(1);
  expect(plan.warnings).toContain('memory');
});

it('does not count disks where they are bought apart', () => {
  const plan = fitOf({ ...instance, diskGib: 0 }, [], { count: 4, vcpus: 1, memoryMib: 256, diskMib: 99_999_999 });
  expect(plan.parts.map((it) => it.resource)).toEqual(['cpu', 'memory']);
});

it('warns of more vCPUs than anybody can bear', () => {
  expect(fitOf(instance, [], { count: 70, vcpus: 1, memoryMib: 128, diskMib: 0 }).warnings).toEqual(['cpuHigh']);
  expect(fitOf(instance, [], { count: 170, vcpus: 1, memoryMib: 64, diskMib: 0 }).warnings).toEqual(['cpuExtreme']);
});

it('shares evenly in sizes people say', () => {
  expect(evenShare(instance, 0, 40)).toBe(496);
  expect(evenShare(instance, 0, 4) % 256).toBe(0);
  expect(evenShare(instance, 19_990, 4)).toBe(16);
});
