/** The subject `clones`: 40 machines from a booted template in an instance of 23 GB, and what they cost idle. */
import { Refusal } from '../../base/refusal.ts';
import type { Machine } from '../../contract/fleet.ts';
import { RunningInstance } from '../fleet/running-instance.ts';
import type { Case, Readings, Subject } from './subject.ts';

const CLONES = 40;
/** The type of the 2012 paper's cluster instance: 23 GB. */
const INSTANCE = ['--provider', 'ec2-2012', '--type', 'cc1.4xlarge', '--end', 'discard'];
const ORDER = { name: 'template', image: 'default', vcpus: 1, memoryMib: 128, diskMib: 0, network: 'bridge0' };
/** Seconds of wall time. */
const PATIENCE = 240;
/** Between two looks at the list of machines, and before a question is repeated. */
const LOOK_EVERY = 0.25;
const ASK_AGAIN = 1;
const IDLE_SPAN = 20;
/** After the answers, until what the clones do once is done. */
const QUIET_AFTER = 5;

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Name, MAC and address, told by the shell itself as far as it can: a program that it starts costs more than the answer. */
const WHO =
  'read -r n </proc/sys/kernel/hostname; read -r m </sys/class/net/eth0/address; echo "[$n $m $(ip -4 addr show eth0)]"';
const IDENTITY = /\[(\S+) ([0-9a-f:]{17}) [^\]]*inet ([0-9.]+)\//;

/** Asks a clone on its console who and where it is; again, if its guest is not as far as the list of machines. */
async function identity(instance: RunningInstance, { id, name }: Machine, template: string): Promise<readonly string[]> {
  const limit = performance.now() + PATIENCE * 1000;
  for (;;) {
    const said = await instance.ask(id, WHO, IDENTITY, PATIENCE);
    const [, own = '', mac = '', address = ''] = IDENTITY.exec(said) ?? [];
    if (own === name && address !== template) return [own, mac, address];
    if (performance.now() > limit) throw new Refusal('clones-alike', `${name} still says ${said}.`, 'Look at its console.');
    await sleep(ASK_AGAIN);
  }
}

/** Asks each clone as soon as the list of machines has its address. @throws Refusal unless each answers with another name, MAC and address */
async function answers(instance: RunningInstance, clones: readonly Machine[], template: string): Promise<void> {
  const limit = performance.now() + PATIENCE * 1000;
  const waiting = new Set(clones.map(({ id }) => id));
  const asked: Promise<readonly string[]>[] = [];
  while (waiting.size > 0) {
    const machines = await instance.fleet.machines();
    for (const machine of machines.filter(({ id, address }) => address !== '' && waiting.delete(id)))
      asked.push(identity(instance, machine, template));
    if (performance.now() > limit)
      throw new Refusal('no-address', `${waiting.size} clones got no address.`, 'Look at the console of one.');
    await sleep(LOOK_EVERY);
  }
  const said = await Promise.all(asked);
  for (const [index, what] of ['name', 'MAC', 'address'].entries()) {
    const different = new Set(said.map((each) => each[index]));
    if (different.size !== clones.length)
      throw new Refusal(
        'clones-alike',
        `${clones.length} clones have ${different.size} different ${what}s.`,
        'Look at one: blanket domains console.',
      );
  }
}

async function manyClones(): Promise<Readings> {
  const instance = await RunningInstance.start(INSTANCE);
  try {
    const { fleet } = instance;
    const { id } = await fleet.instance(undefined);
    await fleet.work('machine.create', { instance: id, order: ORDER, start: true });
    const template = await fleet.machine(ORDER.name);
    const said = await instance.converse(template.id, 'ip -4 addr show eth0', /inet [0-9.]+\//, PATIENCE);
    await sleep(QUIET_AFTER);
    const cpuBefore = instance.cpu;
    const begun = performance.now();
    await fleet.work('machine.clone', { machine: template.id, name: 'clone', count: CLONES, start: true });
    const clones = (await fleet.machines()).filter(({ clonedFrom }) => clonedFrom === template.id);
    await answers(instance, clones, said.slice('inet '.length, -1));
    const wall = (performance.now() - begun) / 1000;
    const cpu = instance.cpu - cpuBefore;
    await sleep(QUIET_AFTER);
    const idleFrom = instance.cpu;
    await sleep(IDLE_SPAN);
    return { wall, cpu, resident: instance.resident, idle: (100 * (instance.cpu - idleFrom)) / IDLE_SPAN };
  } finally {
    await instance.stop();
  }
}

const cases: readonly Case[] = [
  {
    name: `${CLONES} clones of a booted machine answer on their consoles, with own names, MACs and addresses`,
    contestants: [{ name: 'blanket', run: manyClones }],
    bounds: [
      { quantity: 'wall', of: 'blanket', atMost: 30 },
      { quantity: 'resident', of: 'blanket', atMost: 6 * 1024 },
      { quantity: 'idle', of: 'blanket', atMost: 20 },
    ],
    notes: ['Wall and processor time run from the order for the clones to the last answer; the template is booted before.'],
  },
];

export const clones: Subject = {
  summary: `${CLONES} machines from a booted template, and what they cost idle`,
  cases: () => cases,
};
