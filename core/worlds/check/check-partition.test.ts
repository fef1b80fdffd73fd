/** What is refused before anything is built, and what a busy machine is told and tells. The check itself is measured by `npm run bench -- planner`. */
import { expect, it } from 'vitest';
import type { Partition } from '../../cloud/check.ts';
import type { Provisions } from '../desk.ts';
import { busyCommand, WorkCounter } from './busy-guest.ts';
import { checkPartition } from './check-partition.ts';

const unused = {} as Provisions;
const partition: Partition = {
  flavour: 'kvm',
  threads: 2,
  cores: 1,
  smtYield: 1.3,
  memoryMb: 1024,
  classes: [{ name: 'guest', vcpus: 1, memoryMb: 128, weight: 256, capPercent: 0 }],
  points: [[1]],
};

it('refuses an instance with more threads than the emulated computer can have', () => {
  expect(() => checkPartition(unused, { ...partition, threads: 40, cores: 20 }).next()).toThrow(/40 threads/);
});

it('refuses more machines than are worth building', () => {
  expect(() => checkPartition(unused, { ...partition, points: [[1], [201]] }).next()).toThrow(/201 machines/);
});

it('starts one worker for each virtual CPU', () => {
  expect(busyCommand(1)).toContain('for i in 0; do while');
  expect(busyCommand(3)).toContain('for i in 0 1 2; do while');
  // It has to fit into the command line that a paravirtual kernel is given.
  expect(busyCommand(64).length).toBeLessThan(800);
});

it('counts lines as work', () => {
  const counter = new WorkCounter();
  counter.write(new TextEncoder().encode('a  /tmp/f\r\nb  /tm'));
  counter.write(new TextEncoder().encode('p/f\r\n'));
  expect(counter.done).toBe(2);
});
