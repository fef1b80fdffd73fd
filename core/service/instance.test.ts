/** An instance comes back in another process: until its machines are found again it says so, refuses changes, and is not saved half. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ordered } from '../cloud/offers.ts';
import { catalogueOf } from '../cloud/testing/catalogues.ts';
import type { Capacity } from '../contract/fleet.ts';
import { Headless } from './headless.ts';
import { serveInstance } from './instance.ts';
import { refuse } from './refuse.ts';
import { CAPACITY, FakeWorld } from './testing/fake-world.ts';

const instance = ordered(catalogueOf('gce-kvm'), 'e2-highcpu-2', { id: 'i1', name: 'test' }, 0);
const ORDER = { name: 'vm', image: 'default', vcpus: 1, memoryMib: 64, diskMib: 0, network: '' };

let folder = '';
let told: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-instance-'));
  const { headless, back } = served(new FakeWorld());
  await back;
  const cut = { instance: 'i1', count: 2, order: ORDER, start: true, template: null };
  const envelope = await headless.answer('blanket.partition', cut);
  await headless.ended((envelope as { value: { task: string } }).value.task);
  await headless.stop('save');
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The instance of this folder over that world; `back` resolves when it has started or has come back. */
function served(world: FakeWorld): { headless: Headless; back: Promise<unknown> } {
  const headless = new Headless(
    instance,
    (edge) =>
      serveInstance({ folder, dataFolder: folder, instance, afterFailure: false }, edge, {
        engine: '',
        world: () => world,
        start: async () => CAPACITY,
      }),
    ({ name, fact }) => {
      if (name === 'instance.changed') told.push(fact.instance.state);
      else if (name === 'machine.changed') for (const machine of fact.machines) told.push(`${machine.name} ${machine.state}`);
    },
  );
  return { headless, back: headless.ended(headless.tasks[0]?.id ?? '') };
}

/** A world whose Blanket lies when the test says so, and which writes down how many machines it had when it was saved. */
class SlowWorld extends FakeWorld {
  lie: (capacity: Capacity) => void = () => undefined;
  readonly saved: number[] = [];
  override layBlanket = (): Promise<Capacity> =>
    new Promise((resolve) => {
      this.lie = resolve;
    });
  override save = async (): Promise<void> => void this.saved.push(this.states.size);
}

const act = (headless: Headless, action: string) => headless.answer('machine.act', { machine: 'i1.1', action });

it('is starting, with all that ran, until its machines are found again, and takes no changes before', async () => {
  const world = new SlowWorld();
  const { headless, back } = served(world);
  await vi.waitFor(() => expect(told).toEqual(['starting', 'vm-1 starting', 'vm-2 starting']), 60_000);
  expect(await act(headless, 'pause')).toMatchObject({ ok: false, refusal: { code: 'wrong-state' } });
  world.lie(CAPACITY);
  await back;
  expect(told.slice(3)).toEqual(['vm-1 starting', 'vm-2 starting', 'blanket', 'vm-1 running', 'vm-2 running']);
  expect((await act(headless, 'pause')).ok).toBe(true);
  await headless.stop('discard');
});

it('told to save itself meanwhile, it comes back first', async () => {
  const world = new SlowWorld();
  const { headless } = served(world);
  await vi.waitFor(() => expect(told).toContain('vm-2 starting'), 60_000);
  const stopped = headless.stop('save');
  world.lie(CAPACITY);
  await stopped;
  expect(world.saved).toEqual([2]);
});

it('keeps what was saved before when it could not come back', async () => {
  const world = new SlowWorld();
  world.layBlanket = async () => refuse('disk-full');
  const { headless, back } = served(world);
  await back;
  expect(told.at(-1)).toBe('failed');
  await headless.stop('save');
  expect(world.saved).toEqual([]);
});
