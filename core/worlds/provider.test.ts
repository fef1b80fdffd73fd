/** What an instance gets: the capacity that was rented, beside others, and sight of the time that was stolen from it. */
import { describe, expect, it } from 'vitest';
import { MULTIBOOT_HEADER } from '../abi/boot/multiboot.table.ts';
import { concatenate } from '../base/bytes.ts';
import { multibootHeader } from '../guests/boot/testing/kernels.ts';
import { hotWasm } from '../hardware/testing/hot-wasm.ts';
import { bytesOf } from '../hardware/testing/program.ts';
import type { ByteStream } from '../seams/plugs.ts';
import { kvmOutfit, type Outfitter } from './outfit.ts';
import { type RentedWorld, rentedWorld } from './rented.ts';
import { capacityOf } from './rented-capacity.ts';
import { xenOutfit } from './xen-outfit.ts';

const WASM = hotWasm();
const FREQUENCY = 100_000_000;
const LOAD = 0x10_0000;
const AREA = 0x20_0000;
const HEADER = MULTIBOOT_HEADER.offsets.size;
const silent: ByteStream = { write: () => {}, onData: () => {} };
const codec = (bytes: Uint8Array): Uint8Array => bytes;

const SPIN = ['ebfe jmp $'];
const KVM_STEAL_TIME = [
  'b9034d564b mov ecx, 0x4b564d03',
  'b801002000 mov eax, AREA | 1',
  '31d2 xor edx, edx',
  '0f30 wrmsr',
  ...SPIN,
];
const XEN_RUNSTATE = [
  'c7050002200000002000 mov dword [AREA + 0x200], AREA',
  'b818000000 mov eax, vcpu_op',
  'bb05000000 mov ebx, register_runstate_memory_area',
  '31c9 xor ecx, ecx',
  'ba00022000 mov edx, AREA + 0x200',
  '0f01c1 vmcall',
  ...SPIN,
];
/** Gives a page back, looks at it, asks how many there are, and takes it again. */
const BALLOON = [
  'c7050000300055000000 mov dword [0x300000], 0x55',
  'c7050000200040002000 mov dword [AREA], AREA + 0x40',
  'c7050400200001000000 mov dword [AREA + 4], 1',
  'c70510002000f07f0000 mov dword [AREA + 16], DOMID_SELF',
  'c7054000200000030000 mov dword [AREA + 0x40], 0x300',
  'b80c000000 mov eax, memory_op',
  'bb01000000 mov ebx, decrease_reservation',
  'b900002000 mov ecx, AREA',
  '0f01c1 vmcall',
  'a380002000 mov [AREA + 0x80], eax',
  'a100003000 mov eax, [0x300000]',
  'a384002000 mov [AREA + 0x84], eax',
  'c70590002000f07f0000 mov dword [AREA + 0x90], DOMID_SELF',
  'b80c000000 mov eax, memory_op',
  'bb03000000 mov ebx, current_reservation',
  'b990002000 mov ecx, AREA + 0x90',
  '0f01c1 vmcall',
  'a388002000 mov [AREA + 0x88], eax',
  'b80c000000 mov eax, memory_op',
  'bb06000000 mov ebx, populate_physmap',
  'b900002000 mov ecx, AREA',
  '0f01c1 vmcall',
  'a38c002000 mov [AREA + 0x8c], eax',
  ...SPIN,
];

/** A container with a kernel of 32-bit code, given as bytes and what they mean. */
const rent = (outfit: Outfitter, lines: readonly string[], capacity: number, cpus = 1): RentedWorld => {
  const code = bytesOf(lines.map((line) => line.split(' ')[0] ?? '').join(''));
  const entry = LOAD + HEADER;
  const end = entry + code.length;
  const header = multibootHeader(0, { header: LOAD, load: LOAD, loadEnd: end, bssEnd: end, entry });
  return rentedWorld({
    wasm: WASM,
    outfit,
    cpus,
    frequency: FREQUENCY,
    memoryBytes: 16 * 2 ** 20,
    capacity,
    epoch: 0,
    seed: 1,
    kernel: { name: 'kernel', bytes: concatenate([header, code]) },
    initrd: undefined,
    modules: [],
    commandLine: '',
    codecs: { gzip: codec, zstd: codec, remembered: (_bytes, unpack) => unpack() },
    serial: silent,
    disks: [],
    networks: [],
  });
};

const u32 = ({ instance }: RentedWorld, offset: number): number => instance.memory.readU32(AREA + offset);

describe('capacity', () => {
  it.each([0.25, 0.5, 1])('of %d of a CPU is what an instance gets, and the rest of its time is stolen', (capacity) => {
    const world = rent(kvmOutfit, SPIN, capacity);
    world.run(FREQUENCY);
    expect(world.instance.stolen(0) / FREQUENCY).toBeCloseTo(1 - capacity, 1);
  });

  it('is shared by two instances of one computer, to each its own', () => {
    const first = rent(kvmOutfit, SPIN, 0.25);
    const { provider, instance } = first;
    const second = provider.create({ ...instance.spec, name: 'second', capacity: 0.5 });
    second.memory.write(LOAD, instance.memory.read(LOAD, 4096));
    const [from, to] = [instance.computer.contexts[0], second.computer.contexts[0]];
    if (from === undefined || to === undefined) throw new Error('a computer has a CPU');
    to.writeSystem('cr0', from.readSystem('cr0'));
    for (const name of ['cs', 'ss', 'ds', 'es'] as const) to.writeSegment(name, from.readSegment(name));
    to.rip = from.rip;
    first.run(FREQUENCY);
    expect(instance.stolen(0) / FREQUENCY).toBeCloseTo(0.75, 1);
    expect(second.stolen(0) / FREQUENCY).toBeCloseTo(0.5, 1);
  });

  it('is rented by the virtual CPU: one that is not used leaves nothing to the others', () => {
    const { instance, run } = rent(kvmOutfit, SPIN, 0.5, 2);
    run(FREQUENCY);
    expect(instance.stolen(0) / FREQUENCY).toBeCloseTo(0.75, 1);
  });

  it('follows from compute units: those of a core of the modelled computer make one CPU', () => {
    const cores = (count: number): { count: number; yield: number } => ({ count, yield: 1.3 });
    expect(capacityOf({ ecu: 33.5, type: 'cc1.4xlarge', vcpus: 16, cores: cores(8) })).toEqual({
      capacity: Number.POSITIVE_INFINITY,
      credit: 0,
    });
    expect(capacityOf({ ecu: 16.75, type: 'half', vcpus: 16, cores: cores(8) }).capacity).toBe(8);
    expect(capacityOf({ ecu: 4.1875, type: 'old', vcpus: 4 }).capacity).toBe(1);
    expect(capacityOf({ ecu: null, type: 'e2-highcpu-2', vcpus: 2 }).capacity).toBe(Number.POSITIVE_INFINITY);
    expect(capacityOf({ ecu: 0.65, type: 't2.small', vcpus: 1 }).credit).toBe(1800);
  });
});

describe('stolen time', () => {
  it('is seen by a tenant of KVM where it asked for it', () => {
    const world = rent(kvmOutfit, KVM_STEAL_TIME, 0.25);
    world.run(FREQUENCY);
    expect(Number(world.instance.memory.readU64(AREA)) / 1e9).toBeCloseTo(0.75, 1);
  });

  it('is seen by a tenant of Xen as time in which its vCPU was runnable', () => {
    const world = rent(xenOutfit, XEN_RUNSTATE, 0.25);
    world.run(FREQUENCY);
    // vcpu_runstate_info: the time spent runnable is the second of four u64 from offset 16 on.
    expect(Number(world.instance.memory.readU64(AREA + 24)) / 1e9).toBeCloseTo(0.75, 1);
  });
});

describe('the balloon of a container', () => {
  it('gives a page back, which is gone, and takes it again', () => {
    const world = rent(xenOutfit, BALLOON, 1);
    world.run(FREQUENCY / 10);
    const pages = world.instance.spec.ram.length;
    expect(pages).toBeGreaterThan(0);
    expect([u32(world, 0x80), u32(world, 0x84), u32(world, 0x8c)]).toEqual([1, 0, 1]);
    expect(u32(world, 0x88)).toBeLessThan((16 * 2 ** 20) / 4096);
  });
});
