/** The main job over the real layers: an emulated computer, a provider's hypervisor, the Blanket, Debian's kernel. Nothing is scripted. */
import { rmSync } from 'node:fs';
import { until } from '../fleet.ts';
import { folderWithImage } from '../image.ts';
import { expect, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { mainJob } from './main-job.ts';

const PATIENCE = 400_000;

for (const { provider, type } of [
  { provider: 'Amazon EC2, 2010-2012', type: 'm1.large' },
  { provider: 'Google Compute Engine', type: 'e2-standard-2' },
]) {
  test(`rent ${type} from ${provider}, cut it into 4, use them, and find them again`, async () => {
    test.setTimeout(1_500_000);
    const folder = folderWithImage();
    const first = await start({ worlds: 'real', folder });
    await mainJob(first, { provider, type, memoryMib: 256, load: 'yes >/dev/null &', patience: PATIENCE });
    const before = await first.call('fleet.read', {});
    await first.close();

    const again = await start({ worlds: 'real', folder });
    await until(
      'the instance and every machine run again',
      async () => {
        const { instances, machines } = await again.call('fleet.read', {});
        return instances[0]?.state === 'blanket' && machines.filter((it) => it.state === 'running').length === 4;
      },
      PATIENCE,
    );
    const after = await again.call('fleet.read', {});
    expect(after.instances.map((it) => [it.name, it.type, it.state])).toEqual([['weaver', type, 'blanket']]);
    expect(after.machines.map((it) => [it.id, it.name, it.weight])).toEqual(
      before.machines.map((it) => [it.id, it.name, it.weight]),
    );
    const machine = new MachineWindow(again.window);
    await machine.open(after.machines.find((it) => it.name === 'vm-1')?.id ?? '');
    await machine.type('echo still $((6 * 7)) on $(hostname)');
    await expect(machine.screen).toContainText('still 42 on vm-1', { timeout: PATIENCE });
    await again.close();
    rmSync(folder, { recursive: true, force: true });
  });
}
