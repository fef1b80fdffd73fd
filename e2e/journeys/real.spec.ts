/** The main job over the real layers: nothing here is scripted. It takes minutes. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateOf, until } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';

test.setTimeout(600_000);

test('rent, lay the Blanket, cut, type uname -a at a real prompt', async () => {
  const desk = await start({
    worlds: 'real',
    folder: process.env.BLANKET_E2E_DATA ?? mkdtempSync(join(tmpdir(), 'blanket-real-')),
  });
  const { providers, types } = await desk.call('catalogue.read', {});
  for (const provider of providers.filter((it) => it.rentable)) {
    const type = types
      .filter((it) => it.provider === provider.id && it.memoryMib >= 1500)
      .sort((a, b) => a.memoryMib - b.memoryMib)[0];
    const { instances } = await desk.call('instance.rent', {
      provider: provider.id,
      type: type?.id ?? '',
      count: 1,
      name: `real-${provider.flavour}`,
      tags: [],
      image: 'default',
    });
    const id = instances[0]?.id ?? '';
    await until('it boots', async () => (await stateOf(desk, id)) === 'ready', 180_000);
    await desk.call('blanket.lay', { instance: id, globalPages: false, perCpuUpcalls: true });
    await until('the Blanket is laid', async () => (await stateOf(desk, id)) === 'blanket', 60_000);
    await desk.call('blanket.partition', {
      instance: id,
      count: 2,
      start: true,
      template: null,
      order: { name: 'vm', image: 'default', vcpus: 1, memoryMib: 256, diskMib: 0, network: '' },
    });
    await until(
      'two machines run',
      async () =>
        (await desk.call('fleet.read', {})).machines.filter((it) => it.instance === id && it.state === 'running').length === 2,
      120_000,
    );
    const machine = new MachineWindow(desk.window);
    await machine.open(`${id}.1`);
    await expect(machine.screen).toContainText('#', { timeout: 120_000 });
    await machine.type('uname -a');
    await expect(machine.screen).toContainText('GNU/Linux', { timeout: 30_000 });
  }
  await desk.envelope('settings.write', { change: { onClose: 'discard' } });
  await desk.app.close();
});
