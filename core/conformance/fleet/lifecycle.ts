/** The life of a domain, each turn of it on a real guest: what it sees afterwards, and what is still in use when it is gone. */
import { USUAL_OPTIONS } from '../../worlds/desk.ts';
import type { Census } from '../../worlds/instance/census.ts';
import { FastInstance, machineRecord, work } from './fast-instance.ts';

export interface LifecycleOptions {
  readonly flavour: 'kvm' | 'xen';
  readonly reboots: number;
  /** Virtual seconds of the pause. */
  readonly pause: number;
  /** Told of each step. */
  readonly say: (line: string) => void;
}

/** Behind the prompt the shell asks where its cursor is. */
const PROMPT = /# [^\n]*$/;
const BOOT_SECONDS = 60;
const GUEST = machineRecord(1, {
  maximumVcpus: 4,
  disks: [{ id: 'xvda', image: '', sizeMib: 64, readOnly: false }],
  nics: [{ id: 'eth0', mac: '00:16:3e:00:00:01', network: 'bridge0', connected: true }],
});

const same = <T>(what: string, found: T, wanted: T): void => {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what}: found ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
};

/** Lets the guest settle: its prompt is there and the events of its start are over. */
async function booted(instance: FastInstance, id: string): Promise<void> {
  await instance.expect(id, PROMPT, BOOT_SECONDS);
  await instance.pass(1);
}

const memoryOf = async (instance: FastInstance, id: string): Promise<number> =>
  Number(/MemTotal:\s+(\d+)/.exec(await instance.run(id, 'grep MemTotal /proc/meminfo'))?.[1]) / 1024;

/** vCPUs, memory, devices: changed while the guest runs, seen by the guest. */
async function changeLive(instance: FastInstance, id: string): Promise<void> {
  const { world } = instance;
  for (const vcpus of [3, 2, 4, 1]) {
    world.adjust(id, { vcpus });
    await instance.pass(3);
    same('vCPUs in use', (await instance.run(id, 'nproc')).trim(), String(vcpus));
  }
  const before = await memoryOf(instance, id);
  world.adjust(id, { memoryMib: GUEST.memoryMib - 24 });
  await instance.pass(5);
  const less = await memoryOf(instance, id);
  if (Math.abs(before - less - 24) > 2) throw new Error(`24 MiB less make ${before - less} MiB less in the guest`);
  world.adjust(id, { memoryMib: GUEST.memoryMib });
  await instance.pass(5);
  const again = await memoryOf(instance, id);
  if (Math.abs(again - before) > 1) throw new Error(`of ${before} MiB the guest has ${again} again`);

  world.devices.attachDisk(id, { id: 'xvdb', image: '', sizeMib: 10, readOnly: false });
  world.devices.attachNic(id, { id: 'eth1', mac: '00:16:3e:00:00:02', network: 'bridge0', connected: true });
  await instance.pass(2);
  same('the new disk', (await instance.run(id, 'cat /sys/block/xvdb/size')).trim(), '20480');
  same('the new card', (await instance.run(id, 'cat /sys/class/net/eth1/address')).trim(), '00:16:3e:00:00:02');
  await world.devices.detachDisk(id, 'xvdb', work);
  await world.devices.detachNic(id, 'eth1', work);
  same('disks', (await instance.run(id, 'ls /sys/block | grep -c xvd')).trim(), '1');
  same('cards', (await instance.run(id, 'ls /sys/class/net | grep -c eth')).trim(), '1');
}

async function pauseLong(instance: FastInstance, id: string, seconds: number): Promise<void> {
  await instance.world.act(id, 'pause', work);
  await instance.pass(seconds);
  await instance.world.act(id, 'resume', work);
  same('after the pause', (await instance.run(id, 'echo awake')).trim(), 'awake');
}

/** What waits for the next start does not change a guest that is saved: its kernel knows how many vCPUs it can have. */
async function saveWaiting(instance: FastInstance, id: string): Promise<void> {
  const { world } = instance;
  const live = world.adjust(id, { maximumVcpus: 2 });
  same('what of the vCPUs is live', live.includes('maximumVcpus'), false);
  await world.act(id, 'save', work);
  await world.act(id, 'restore', work);
  await instance.pass(1);
  same('after saving with settings that wait', (await instance.run(id, 'echo well')).trim(), 'well');
  world.adjust(id, { vcpus: 3 });
  await instance.pass(3);
  same('vCPUs after that', (await instance.run(id, 'nproc')).trim(), '3');
  world.adjust(id, { vcpus: 1 });
  await instance.pass(3);
}

/** Saved under one hypervisor and brought back under another, as in a new process. */
async function saveRestore(
  instance: FastInstance,
  id: string,
  options: { flavour: 'kvm' | 'xen'; folder: string },
): Promise<FastInstance> {
  await instance.run(id, 'echo remembered > /tmp/note; sync');
  await instance.world.save(work);
  const next = new FastInstance(options);
  if (!(await next.world.restore(USUAL_OPTIONS, work))) throw new Error('nothing was saved');
  next.listen(id);
  await next.pass(3);
  // What the console showed before is shown again.
  next.forget(id);
  same('after the restoration', (await next.run(id, 'cat /tmp/note')).trim(), 'remembered');
  return next;
}

/** @returns what is in use at the end beyond what was at the beginning; zero everywhere if nothing leaks */
export async function lifecycle(folder: string, { flavour, reboots, pause, say }: LifecycleOptions): Promise<Census> {
  let instance = new FastInstance({ flavour, folder });
  await instance.lay();
  await instance.pass(1);
  const { id } = GUEST;
  await instance.boot(GUEST);
  await booted(instance, id);
  say('booted');
  await changeLive(instance, id);
  say('vCPUs, memory, disks and cards changed while it ran');
  await pauseLong(instance, id, pause);
  say(`paused for ${pause} s`);
  await saveWaiting(instance, id);
  instance = await saveRestore(instance, id, { flavour, folder });
  say('saved, and restored under another hypervisor');
  await instance.world.remove(id);
  await instance.pass(2);
  // A first domain leaves what every later one uses: directories of the store, tables of the hypervisor.
  const before = instance.world.census();
  await instance.boot(GUEST);
  await booted(instance, id);
  for (let round = 1; round <= reboots; round++) {
    instance.forget(id);
    await instance.world.act(id, 'reboot', work);
    await booted(instance, id);
    if (round % 10 === 0 || round === reboots) say(`rebooted ${round} times`);
  }
  same('after the reboots', (await instance.run(id, 'nproc')).trim(), '1');
  await instance.world.remove(id);
  await instance.pass(2);
  return difference(instance.world.census(), before);
}

const difference = (after: Census, before: Census): Census => ({
  domains: after.domains - before.domains,
  frames: after.frames - before.frames,
  grants: after.grants - before.grants,
  events: after.events - before.events,
  watches: after.watches - before.watches,
  nodes: after.nodes - before.nodes,
  transactions: after.transactions - before.transactions,
});
