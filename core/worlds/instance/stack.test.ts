/** What the machines of a live instance get done together is what the planner says: threads that share cores, and parts of a core. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { coresOf, typeOf } from '../../cloud/catalogue.ts';
import { plannedCheck } from '../../cloud/check.ts';
import { Planner } from '../../cloud/plan/plan.ts';
import { asScenario } from '../../cloud/scenario.ts';
import { CATALOGUES, catalogueOf } from '../../cloud/testing/catalogues.ts';
import type { ManagedDomain } from '../../control/toolstack.ts';
import { bytesOf } from '../../hardware/testing/program.ts';
import type { PvKernel } from '../../seams/hypervisor.ts';
import { createFabric } from '../fabric.ts';
import { kvmOutfit } from '../outfit.ts';
import { capacityOf } from '../rented-capacity.ts';
import { xenOutfit } from '../xen-outfit.ts';
import { FREQUENCY, Stack } from './stack.ts';

const WASM = fileURLToPath(new URL('../../hardware/cpu/hot/build/hot.wasm', import.meta.url));
const BASE = 0xffff_ffff_8000_0000n;
/** Counts down without end, and writes a byte to the emergency console each time. */
const BUSY = bytesOf(
  [
    'b900000200 mov ecx, 0x20000',
    'ffc9 dec ecx',
    '75fc jnz dec',
    '31ff xor edi, edi',
    'be01000000 mov esi, 1',
    '488d15e9ffffff lea rdx, [start]',
    'b812000000 mov eax, console_io',
    '0f05 syscall',
    'ebe0 jmp start',
  ]
    .map((line) => line.split(' ')[0])
    .join(''),
);
const KERNEL: PvKernel = {
  segments: [{ address: 0x1000, bytes: BUSY, size: 0x1000 }],
  entry: BASE + 0x1000n,
  virtualBase: BASE,
  physicalOffset: 0n,
  hypercallPage: undefined,
  initialP2m: undefined,
  moduleByFrame: true,
  features: '',
};
const PAGES = 1024;
/** Seconds of virtual time: some slices of the scheduler before anything is counted, and while it is. */
const SETTLE = 0.03;
const WINDOW = 0.12;

/** An instance of the type with the Blanket laid, and `count` machines that compute, paused. */
function instanceOf(provider: (typeof CATALOGUES)[number], id: string, count: number, shadowPaging = false) {
  const list = catalogueOf(provider);
  const type = typeOf(list, id);
  const vcpus = type.cpu.threads;
  const cores = coresOf(list, type);
  let done = 0;
  const stack = new Stack({
    provisions: {
      wasm: () => new Uint8Array(readFileSync(WASM)),
      codecs: { gzip: (it) => it, zstd: (it) => it, remembered: (_bytes, unpack) => unpack() },
      image: () => expect.unreachable(),
      epoch: () => 0,
    },
    capacity: capacityOf({ ecu: type.cpu.units * list.cpu.ecuPerUnit, type: id, vcpus, cores }),
    outfit: list.flavour === 'xen' ? xenOutfit : kvmOutfit,
    name: id,
    cpus: vcpus,
    cores,
    memoryMib: 64 + 4 * count,
    shadowPaging,
    serial: { write: () => undefined, onData: () => undefined },
    card: createFabric().plug(id),
  });
  stack.lay({ emergency: (_domain, bytes) => (done += bytes.length) });
  const { toolstack } = stack.blanket?.domain0 ?? expect.unreachable();
  const machines = Array.from({ length: count }, (_, index): ManagedDomain => {
    const made = toolstack.create({
      spec: {
        name: `busy-${index}`,
        uuid: new Uint8Array(16).fill(index),
        pages: PAGES,
        maximumPages: PAGES,
        vcpus: 1,
        weight: 256,
        cap: 0,
        affinity: undefined,
        kernel: KERNEL,
        ramdisk: undefined,
        commandLine: '',
      },
      onlineVcpus: 1,
      console: { write: () => undefined, onData: () => undefined },
    });
    return typeof made === 'string' ? expect.unreachable(made) : made;
  });
  /** Work of so many of them in a time, in bytes written. */
  const work = (running: number, seconds: number): number => {
    for (const { control } of machines.slice(0, running)) control.unpause();
    const pass = (share: number): void => void stack.run(stack.now() + share * FREQUENCY);
    pass(SETTLE);
    const before = done;
    pass(seconds);
    for (const { control } of machines) control.pause();
    return (done - before) / seconds;
  };
  return { stack, machines, work };
}

it.each([
  ['ec2-2012', 'cc1.4xlarge', 10],
  ['ec2-2012', 'cc1.4xlarge', 40],
  ['ec2-2012', 'm1.xlarge', 4],
  ['gce-kvm', 'e2-standard-4', 6],
] as const)('on %s %s, %d busy machines are as slow as planned', (provider, type, count) => {
  const planner = new Planner(new Map(CATALOGUES.map((id) => [id, catalogueOf(id)])));
  const scenario = asScenario({ provider, type, guests: [{ count, memoryMb: 128 }] });
  const planned = plannedCheck(planner, scenario, [count]).plans.get(count)?.contention.slowdown ?? Number.NaN;
  const { work } = instanceOf(provider, type, count);
  const measured = (count * work(1, WINDOW)) / work(count, WINDOW);
  console.log(`${provider} ${type}, ${count} machines: planned ${planned.toFixed(3)}, measured ${measured.toFixed(3)}`);
  expect(Math.abs(measured / planned - 1)).toBeLessThan(0.1);
});

it('counts of a machine and of all CPUs the time it ran, although the clocks of CPUs without work stand still', () => {
  const { stack, machines, work } = instanceOf('ec2-2012', 'cc1.4xlarge', 1);
  work(1, WINDOW);
  const ran = machines[0]?.control.statistics.vcpus[0]?.time[0] ?? 0;
  const used = stack.blanket?.xen.busy ?? 0;
  const all = (SETTLE + WINDOW) * FREQUENCY;
  for (const counted of [used, (ran / 1e9) * FREQUENCY]) expect(Math.abs(counted / all - 1)).toBeLessThan(0.02);
});

it('an instance rented without nested paging pays for the page tables of its machines in exits', () => {
  const exits = (shadowPaging: boolean): Readonly<Record<string, unknown>> => {
    const { stack, work } = instanceOf('gce-kvm', 'e2-standard-4', 1, shadowPaging);
    work(1, WINDOW);
    return stack.instance.ledger.entries();
  };
  expect(exits(false)).not.toHaveProperty('page-fault');
  expect(exits(true)).toHaveProperty('page-fault');
});
