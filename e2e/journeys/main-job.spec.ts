/** The main job over scripted worlds, where it takes seconds; and coming back to everything after a restart. */
import { fleetOf, until } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { mainJob } from './main-job.ts';

for (const { provider, type } of [
  { provider: 'Amazon EC2, 2010-2012', type: 'cc1.4xlarge' },
  { provider: 'Google Compute Engine', type: 'e2-standard-8' },
]) {
  test(`rent from ${provider}, cut into 4, use them`, async ({ desk }) => {
    await mainJob(desk, { provider, type, memoryMib: 1024, load: 'load 1', patience: 90_000 });
  });
}

test('everything is there again after a restart', async () => {
  const first = await start();
  const id = await fleetOf(first, 3);
  await first.call('machine.act', { machine: `${id}.2`, action: 'pause' });
  await until(
    'it is paused',
    async () => (await first.call('fleet.read', {})).machines.find((it) => it.id === `${id}.2`)?.state === 'paused',
  );
  await first.close();
  const again = await start({ folder: first.folder });
  await until(
    'the fleet is back',
    async () => (await again.call('fleet.read', {})).machines.filter((it) => it.state === 'running').length === 2,
  );
  const fleet = await again.call('fleet.read', {});
  expect(fleet.instances.map((it) => it.state)).toEqual(['blanket']);
  expect(fleet.machines.map((it) => [it.name, it.state])).toEqual([
    ['vm-1', 'running'],
    ['vm-2', 'paused'],
    ['vm-3', 'running'],
  ]);
  await again.close();
});
