/**
 * Takes the pictures of README and docs, of the real layers: an instance is rented, cut into 6 Debian machines, given work. The planner's picture is of a calculation and is taken by hand.
 * Run it with `npx tsx e2e/pictures.ts` after `npm run build`; it takes some minutes.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { until } from './fleet.ts';
import { folderWithImage } from './image.ts';
import { type Started, start } from './launch.ts';
import { MachineWindow } from './pages/machine.ts';
import { go } from './pages/window.ts';

const OUT = resolve(import.meta.dirname, '../docs/pictures');
const SIZE = { width: 1360, height: 820 };
const COUNT = 6;
const PATIENCE = 400_000;
/** Seconds of readings that fill the sparklines. */
const READINGS = 60_000;
/** What some of the machines do: compute, write a disk, talk to the gateway, sleep and wake. */
const WORK: Readonly<Record<number, string>> = {
  1: 'while :; do :; done &',
  2: 'while sleep 2; do dd if=/dev/zero of=/dev/xvda bs=64k count=40 oflag=direct 2>/dev/null; done &',
  3: 'while :; do ping -c 8 -i 0.2 -s 900 10.77.0.1 >/dev/null; done &',
  5: 'while :; do i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done; sleep 1; done &',
  6: 'while sleep 1; do find / -xdev >/dev/null 2>&1; done &',
};

const stateOf = async (desk: Started): Promise<string | undefined> => (await desk.call('fleet.read', {})).instances[0]?.state;
const running = async (desk: Started): Promise<number> =>
  (await desk.call('fleet.read', {})).machines.filter((it) => it.state === 'running').length;

async function show(desk: Started, place: string, wait = 1500): Promise<void> {
  await go(desk.window, place);
  await desk.window.waitForTimeout(wait);
}

async function picture(desk: Started, name: string, theme: 'light' | 'dark', place: string, wait?: number): Promise<void> {
  await desk.call('settings.write', { change: { theme, reduceMotion: true } });
  await show(desk, place, wait);
  await desk.window.screenshot({ path: join(OUT, `${name}.png`) });
}

async function cut(desk: Started): Promise<string> {
  const order = { provider: 'ec2-2012', type: 'c1.xlarge', count: 1, name: 'weaver', tags: ['demo'], image: 'default' };
  await desk.call('instance.rent', order);
  await until('the instance is ready', async () => (await stateOf(desk)) === 'ready', PATIENCE);
  await desk.call('blanket.lay', { instance: 'i1', globalPages: false, perCpuUpcalls: true });
  await until('it has its Blanket', async () => (await stateOf(desk)) === 'blanket', PATIENCE);
  await desk.call('blanket.partition', {
    instance: 'i1',
    count: COUNT,
    start: true,
    template: null,
    order: { name: 'web', image: 'default', vcpus: 1, memoryMib: 384, diskMib: 1024, network: 'bridge0', tags: ['web'] },
  });
  await until('all machines run', async () => (await running(desk)) === COUNT, PATIENCE);
  return 'i1';
}

async function main(): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  const folder = folderWithImage();
  const desk = await start({ worlds: 'real', folder });
  await desk.window.setViewportSize(SIZE);
  const instance = await cut(desk);
  const machine = new MachineWindow(desk.window);
  /** Opens a console; an empty line makes even one that was silent since it was cloned show its prompt. */
  const ready = async (number: string): Promise<void> => {
    await machine.open(`${instance}.${number}`);
    await machine.type('');
    await until(`machine ${number} has a prompt`, async () => /[#$]$/.test((await machine.text()).trimEnd()), PATIENCE);
  };
  for (const [number, line] of Object.entries(WORK)) {
    await ready(number);
    await machine.type(line);
  }
  await ready('4');
  for (const line of ['uname -a', 'cat /sys/hypervisor/type', 'free -m', 'ip -4 -o addr', 'ping -c 2 10.77.0.1']) {
    await machine.type(line);
    await desk.window.waitForTimeout(2500);
  }
  await desk.window.waitForTimeout(READINGS);
  await picture(desk, 'console', 'light', `/machine/${instance}.4/console`);
  await picture(desk, 'machines', 'dark', `/machines?on=${instance}`);
  await picture(desk, 'instance', 'light', `/instance/${instance}/overview`);
  await desk.call('settings.write', { change: { onClose: 'discard' } });
  await desk.app.close();
  rmSync(folder, { recursive: true, force: true });
}

await main();
