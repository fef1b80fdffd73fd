/** Faults over the real layers: the process of an instance killed in each phase, then the application while four machines write. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDisk } from '../../core/host/disks/open.ts';
import { stateOf, until } from '../fleet.ts';
import { folderWithImage } from '../image.ts';
import { expect, type Started, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { noticed } from '../pages/window.ts';

const PATIENCE = 300_000;
const SECTOR = 512;
const RENT = { provider: 'gce-kvm', type: 'e2-highcpu-2', count: 1, name: 'weaver', tags: [], image: 'default' };
const ORDER = { name: 'vm', image: 'default', vcpus: 1, memoryMib: 128, diskMib: 16, network: '' };
/** Writes its number into sector after sector, and says under its name when the disk has acknowledged it. */
const WRITER =
  'me=$(uname -n); i=0; while :; do i=$((i+1)); echo $i | dd of=/dev/xvda bs=512 seek=$i conv=notrunc,fsync 2>/dev/null && echo $me kept $i; done';

/** Kills the process of the instance; resolves when that was noticed and the instance is in one of these states again. */
async function killed(desk: Started, instance: string, ...back: string[]): Promise<void> {
  const own = async () => (await desk.call('process.list', {})).find((it) => it.id === `world:${instance}`);
  const before = await own();
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await until('it is noticed', async () => ((await own())?.restarts ?? 0) > (before?.restarts ?? 0));
  await until(`it is ${back.join(' or ')} again`, async () => back.includes((await stateOf(desk, instance)) ?? ''), PATIENCE);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const statesOf = async (desk: Started): Promise<string[]> => (await desk.call('fleet.read', {})).machines.map((it) => it.state);

/** The console of a machine, once it is that of no other any more. */
async function consoleOf(desk: Started, id: string, name: string): Promise<MachineWindow> {
  const machine = new MachineWindow(desk.window);
  await machine.open(id);
  await expect(desk.window.locator('.machine-head')).toContainText(name);
  return machine;
}

test('killed in each phase, an instance comes back; killed while machines write, nothing acknowledged is lost', async () => {
  test.setTimeout(1_500_000);
  const folder = folderWithImage();
  const desk = await start({ worlds: 'real', folder });
  const { instances } = await desk.call('instance.rent', RENT);
  const instance = instances[0]?.id ?? '';
  const one = `${instance}.1`;

  await test.step('while it boots', async () => {
    await until('it boots', async () => (await stateOf(desk, instance)) === 'starting', PATIENCE);
    await killed(desk, instance, 'ready');
  });

  await test.step('while the Blanket is laid', async () => {
    await desk.call('blanket.lay', { instance, globalPages: false, perCpuUpcalls: true });
    // Where it was laid before the process ended, it lies again.
    await killed(desk, instance, 'ready', 'blanket');
    if ((await stateOf(desk, instance)) === 'ready')
      await desk.call('blanket.lay', { instance, globalPages: false, perCpuUpcalls: true });
    await until('the Blanket lies', async () => (await stateOf(desk, instance)) === 'blanket', PATIENCE);
  });

  await test.step('while it is cut: the machine that ran runs again, the others leave nothing behind', async () => {
    await desk.call('blanket.partition', { instance, count: 2, start: true, template: null, order: ORDER });
    await until('the first machine runs', async () => (await statesOf(desk)).includes('running'), PATIENCE);
    await killed(desk, instance, 'blanket');
    await until('it runs again', async () => (await statesOf(desk)).join() === 'running', PATIENCE);
    const tasks = await desk.call('task.list', {});
    expect(tasks.find((it) => it.title === 'task.partition')?.failure).toMatchObject({ code: 'process-down' });
  });

  await test.step('when a machine is saved: its memory is as it was', async () => {
    const before = await consoleOf(desk, one, 'vm-1');
    await before.prompt(PATIENCE);
    await before.type('kept=$((6 * 7)); echo "set $kept"');
    await expect(before.screen).toContainText('set 42', { timeout: PATIENCE });
    await desk.call('machine.act', { machine: one, action: 'save' });
    await until('it is saved', async () => (await statesOf(desk)).join() === 'saved', PATIENCE);
    await killed(desk, instance, 'blanket');
    await desk.call('machine.act', { machine: one, action: 'restore' });
    await until('it runs', async () => (await statesOf(desk)).join() === 'running', PATIENCE);
    const machine = await consoleOf(desk, one, 'vm-1');
    await machine.prompt(PATIENCE);
    await machine.type('echo "still $kept"');
    await expect(machine.screen).toContainText('still 42', { timeout: PATIENCE });
  });
  await noticed(desk.window, /The process of weaver/);

  const kept = new Map<string, number>();
  await test.step('while four machines write', async () => {
    await desk.call('machine.clone', { machine: one, name: 'like', count: 3, start: true });
    await until('four machines run', async () => (await statesOf(desk)).filter((it) => it === 'running').length === 4, PATIENCE);
    const { machines } = await desk.call('fleet.read', {});
    for (const { id, name } of machines) {
      const machine = await consoleOf(desk, id, name);
      // The original's prompt is there at once; whoever answers has a name of its own.
      await machine.prompt(PATIENCE);
      await machine.type(WRITER);
      await expect(machine.screen).toContainText(`${name} kept`, { timeout: PATIENCE });
    }
    for (const { id, name } of machines) {
      const machine = await consoleOf(desk, id, name);
      const said = new RegExp(`${name} kept (\\d+)`, 'g');
      await expect(machine.screen).toContainText(new RegExp(`${name} kept \\d\\d`), { timeout: PATIENCE });
      const lines = (await machine.lines()).slice(0, -1).join('\n');
      kept.set(id, Math.max(...[...lines.matchAll(said)].map((found) => Number(found[1]))));
    }
    const { pid } = (await desk.call('process.list', {})).find((it) => it.id === `world:${instance}`) ?? {};
    await desk.kill();
    await until('the process of the instance has ended, too', async () => !runs(pid ?? 0), PATIENCE);
  });
  expect([...kept.values()].filter((last) => last > 0)).toHaveLength(4);
  for (const [id, last] of kept) {
    const disk = openDisk(join(folder, 'instances', instance, `${id}-xvda.qcow2`), 'read');
    for (let sector = 1; sector <= last; sector++)
      expect(Number.parseInt(new TextDecoder().decode(disk.read(sector * SECTOR, SECTOR)), 10), `${id}, ${sector}`).toBe(sector);
    disk.close();
  }

  const again = await start({ worlds: 'real', folder });
  await until(
    'the machines run again',
    async () => (await statesOf(again)).filter((it) => it === 'running').length === 4,
    PATIENCE,
  );
  await noticed(again.window, /started again from their disks/);
  await again.call('settings.write', { change: { onClose: 'discard' } });
  await again.app.close();
  rmSync(folder, { recursive: true, force: true });
});
