/** An instance comes back: as it was saved, or from its disks with what ran started again. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Capacity, Machine, MachineState } from '../contract/fleet.ts';
import { type LayOptions, USUAL_OPTIONS, type Work, type World } from '../worlds/desk.ts';
import { comeBack } from './comeback.ts';
import { Machines } from './machines.ts';

const CAPACITY: Capacity = { cpuEcu: 4, vcpus: 2, memoryMib: 1000, diskMib: 1000, ownMemoryMib: 10, ownCpuEcu: 0 };
const work: Work = { progress: () => undefined, say: () => undefined, check: () => undefined };
const ORDER = { image: 'default', vcpus: 1, memoryMib: 64, diskMib: 0, network: '' };

/** @param saved whether the whole instance was saved; `kept` machines have a saved state of their own */
async function after(
  states: Record<string, MachineState>,
  { saved = false, laid = true, kept = [] as string[], options = USUAL_OPTIONS } = {},
) {
  const machines = new Machines(mkdtempSync(join(tmpdir(), 'blanket-comeback-')), 'i1', {
    tell: () => undefined,
    send: () => undefined,
  });
  machines.capacity = laid ? CAPACITY : null;
  machines.laid = options;
  for (const [name, state] of Object.entries(states)) machines.put({ ...machines.draft({ ...ORDER, name }), state });
  const did: string[] = [];
  const now = new Map<string, MachineState>();
  const nameOf = (id: string): string => machines.get(id).name;
  const world = {
    restore: async () => {
      if (saved) for (const { id, name } of machines.all) now.set(id, states[name] ?? 'stopped');
      return saved;
    },
    layBlanket: async ({ globalPages, perCpuUpcalls }: LayOptions) => {
      did.push(globalPages || !perCpuUpcalls ? 'lay, with what nesting makes dear' : 'lay');
      return CAPACITY;
    },
    create: async (machine: Machine) => void now.set(machine.id, kept.includes(machine.name) ? 'saved' : 'stopped'),
    act: async (id: string, action: string) => {
      did.push(`${action} ${nameOf(id)}`);
      now.set(id, 'running');
    },
    state: (id: string) => now.get(id) ?? 'stopped',
  } as unknown as World;
  const again: string[] = [];
  let state = '';
  await comeBack(
    {
      world,
      machines,
      tellState: (change) => {
        state = change.state ?? state;
      },
      powerOn: async () => {
        did.push('power on');
        state = 'ready';
      },
      startedAgain: (all) => again.push(...all.map((machine) => machine.name)),
    },
    work,
  );
  return { did, again, state, machines: Object.fromEntries(machines.all.map((machine) => [machine.name, machine.state])) };
}

it('is as it was when it was saved', async () => {
  expect(await after({ a: 'running', b: 'stopped' }, { saved: true })).toEqual({
    did: [],
    again: [],
    state: 'blanket',
    machines: { a: 'running', b: 'stopped' },
  });
});

it('starts what ran from its disks when nothing was saved, says so, and leaves off what was off', async () => {
  expect(await after({ a: 'running', b: 'stopped', c: 'paused' })).toEqual({
    did: ['lay', 'start a', 'start c'],
    again: ['a', 'c'],
    state: 'blanket',
    machines: { a: 'running', b: 'stopped', c: 'running' },
  });
});

it('goes on with what was saved before the saving of all was cut short', async () => {
  expect(await after({ a: 'running', b: 'running' }, { kept: ['a'] })).toMatchObject({
    did: ['lay', 'restore a', 'start b'],
    again: ['b'],
  });
});

it('is laid with the switches it had', async () => {
  expect(await after({}, { options: { globalPages: true, perCpuUpcalls: true } })).toMatchObject({
    did: ['lay, with what nesting makes dear'],
  });
});

it('drops what was only half made', async () => {
  expect((await after({ a: 'creating', b: 'running' })).machines).toEqual({ b: 'running' });
});

it('boots as at first when it had no Blanket yet', async () => {
  expect(await after({}, { laid: false })).toMatchObject({ did: ['power on'], state: 'ready' });
});
