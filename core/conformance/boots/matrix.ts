/** Every machine with one, two and four CPUs, and with two guests where there are guests: what each is held to, and whether it is. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MACHINES, type MachineName } from '../../worlds/machines.ts';

export interface Row {
  readonly machine: MachineName;
  readonly vcpus: number;
  /** Guests side by side; the first one is talked to. */
  readonly domains: number;
}

export interface Outcome {
  /** What is not as it should be; empty: nothing. */
  readonly wrong: readonly string[];
  /** Wall time of the whole run. */
  readonly seconds: number;
}

const COMMAND_LINE = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const VCPUS = [1, 2, 4];
/** Machines with a hypervisor of ours that has several guests. */
const WITH_GUESTS: readonly MachineName[] = ['pv', 'blanket-xen', 'blanket-kvm'];
const NAMES = Object.keys(MACHINES) as MachineName[];

export const ROWS: readonly Row[] = [
  ...NAMES.flatMap((machine) => VCPUS.map((vcpus): Row => ({ machine, vcpus, domains: 1 }))),
  ...WITH_GUESTS.map((machine): Row => ({ machine, vcpus: 1, domains: 2 })),
];

export const rowName = ({ machine, vcpus, domains }: Row): string => `${machine} vcpus=${vcpus} domains=${domains}`;

/** The network's gateway, and what it leases (core/network/gateway.ts). */
const GATEWAY = '10.77.0.1';
const LEASED = /inet 10\.77\.\d+\.\d+\/16/;
/** The image says so before its shell reads the console. */
const SHELL = 'The shell below';
const WORK = `nproc; ip -4 addr show eth0; ping -c 1 -W 10 ${GATEWAY}`;

/**
 * Boots the default image on it: all CPUs, an address by DHCP, an answer from the gateway, the end. One guest is told at its
 * console what to do, several by the kernel command line.
 */
export async function bootRow(row: Row, memory: number, timeout: number): Promise<Outcome> {
  const words = [
    ...['boot', '--on', row.machine, '--image', 'default', '--net', 'bridge', '--domains', String(row.domains)],
    ...['--memory', String(memory), '--vcpus', String(row.vcpus), '--timeout', String(timeout)],
    ...(row.domains === 1 ? ['--realtime', '--append', 'quiet'] : ['--append', `quiet blanket.run="${WORK}"`]),
  ];
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND_LINE, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [output, errors, asked] = ['', '', false];
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
    if (asked || !output.includes(SHELL)) return;
    asked = true;
    child.stdin.write(`${WORK}; poweroff -f\n`);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const checks: readonly (readonly [string, boolean])[] = [
    [`it ended with status ${status}: ${errors.trim()}`, status === 0],
    ['not all CPUs came up', output.split(/\r?\n/).includes(String(row.vcpus))],
    ['no address was leased', LEASED.test(output)],
    ['the gateway did not answer', / 0% packet loss/.test(output)],
  ];
  return {
    wrong: checks.filter(([, holds]) => !holds).map(([what]) => what),
    seconds: (performance.now() - start) / 1000,
  };
}
