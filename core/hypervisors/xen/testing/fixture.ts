/** A Xen on a fake machine with one small domain, and ways to be its kernel. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import { nothingBelow } from '../../../seams/below.ts';
import type { DomainSpec, PvKernel } from '../../../seams/hypervisor.ts';
import { CallArguments } from '../pv/arguments.ts';
import { buildDomain } from '../pv/build.ts';
import type { PvDomain } from '../pv/domain.ts';
import { callByNumber } from '../pv/hypercall.ts';
import type { PvVcpu } from '../pv/vcpu.ts';
import { Xen } from '../xen.ts';
import { FakeMachine, FakeMemory } from './fake-machine.ts';

export const KERNEL_BASE = 0xffff_ffff_8000_0000n;

/** As Linux' notes say it, with a kernel of 16 pages at 16 MiB less. */
export const smallKernel: PvKernel = {
  segments: [{ address: 0x1000, bytes: Uint8Array.from({ length: 0x2000 }, (_, index) => index & 0xff), size: 0x1_0000 }],
  entry: KERNEL_BASE + 0x1000n,
  virtualBase: KERNEL_BASE,
  physicalOffset: 0n,
  hypercallPage: undefined,
  initialP2m: 0x80_0000_0000n,
  moduleByFrame: true,
  features: '',
};

export const smallSpec = (changes: Partial<DomainSpec> = {}): DomainSpec => ({
  name: 'test',
  uuid: new Uint8Array(16),
  pages: 2048,
  maximumPages: 2048,
  vcpus: 2,
  weight: 256,
  cap: 0,
  affinity: undefined,
  kernel: smallKernel,
  ramdisk: undefined,
  commandLine: '',
  ...changes,
});

export interface Fixture {
  readonly machine: FakeMachine;
  readonly xen: Xen;
  readonly domain: PvDomain;
  readonly vcpu: PvVcpu;
  /** Makes a hypercall by name; numbers and pointers (signed or not) as arguments. */
  call(name: string, ...args: readonly (number | bigint)[]): number;
  /** Machine frame of a pseudo-physical one, by the list the builder wrote. */
  mfn(pfn: number): number;
  /** Linear address of a pseudo-physical frame in the first mapping. */
  linear(pfn: number, offset?: number): bigint;
}

export const createXen = (frames = 8192, cpus = 1, memory = new FakeMemory(frames)): { machine: FakeMachine; xen: Xen } => {
  const machine = new FakeMachine(frames, cpus, memory);
  const xen = new Xen(machine, { below: nothingBelow, memory: [{ start: 16, end: frames }], wallClock: 1000, console: () => {} });
  machine.occupy(xen);
  return { machine, xen };
};

export const kernelOf = (domain: PvDomain): Pick<Fixture, 'domain' | 'vcpu' | 'call' | 'mfn' | 'linear'> => {
  const [vcpu] = domain.vcpus;
  if (vcpu === undefined) throw new Error('a domain has a vCPU');
  const list = [...domain.xen.frames.ownedBy(domain.owner)].filter((frame) => domain.xen.space.m2p(frame) !== undefined);
  const byPfn = new Map(list.map((frame) => [domain.xen.space.m2p(frame), frame]));
  return {
    domain,
    vcpu,
    call: (name, ...args) => {
      const row = HYPERCALLS.find((each) => each.name === name);
      if (row === undefined) return -Errno.ENOSYS;
      const call = new CallArguments();
      for (const [index, value] of args.entries()) {
        const word = BigInt.asUintN(64, BigInt(value));
        call.words[2 * index] = Number(word & 0xffff_ffffn);
        call.words[2 * index + 1] = Number(word >> 32n);
      }
      return callByNumber(vcpu, row.number, call);
    },
    mfn: (pfn) => byPfn.get(pfn) ?? -1,
    linear: (pfn, offset = 0) => KERNEL_BASE + BigInt(pfn * 4096 + offset),
  };
};

export const createFixture = (changes: Partial<DomainSpec> = {}, frames = 8192): Fixture => {
  const { machine, xen } = createXen(frames);
  const domain = buildDomain(xen, smallSpec(changes));
  if (typeof domain === 'string') throw new Error(domain);
  return { machine, xen, ...kernelOf(domain) };
};
