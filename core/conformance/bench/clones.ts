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
const IDLE_SPAN = 20;
/** After the answers, until what the clones do once is done. */
const QUIET_AFTER = 5;

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Asks each clone on its console who and where it is, until it no longer has the address of its template. @throws Refusal unless all answers are right and different */
async function answers(instance: RunningInstance, clones: readonly Machine[], template: string): Promise<void> {
  const said = await Promise.all(
    clones.map(({ id, name }) =>
      instance.converse(
        id,
        'echo "[$(hostname) $(cat /sys/class/net/eth0/address) $(ip -4 addr show eth0)]"',
        new RegExp(`\\[${name} ([0-9a-f:]{17}) [^\\]]*inet (?!${template}/)([0-9.]+)/`),
        PATIENCE,
      ),
    ),
  );
  const parts = said.map((text) => /\[(\S+) (\S+) [^\]]*inet (\S+)\//.exec(text)?.slice(1) ?? []);
  for (const [index, what] of ['name', 'MAC', 'address'].entries()) {
    const different = new Set(parts.map((each) => each[index]));
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
