/**
 * A hostile kernel: hypercalls at random and nearly right, descriptor and page-table updates, traps, stack frames, and
 * structures that change. Whatever it does, the hypervisor must stay in order and other domains must not notice.
 */
import { DomainId } from '../../abi/xen/domains.table.ts';
import { HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
import { MmuExt } from '../../abi/xen/memory.table.ts';
import type { Random } from '../../base/random.ts';
import { CallArguments } from '../../hypervisors/xen/pv/arguments.ts';
import { deliverPending } from '../../hypervisors/xen/pv/bounce.ts';
import type { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import { handleTrap } from '../../hypervisors/xen/pv/exceptions.ts';
import { callByNumber } from '../../hypervisors/xen/pv/hypercall.ts';
import type { PvVcpu } from '../../hypervisors/xen/pv/vcpu.ts';
import type { FakeMemory } from '../../hypervisors/xen/testing/fake-machine.ts';
import { KERNEL_BASE, kernelOf } from '../../hypervisors/xen/testing/fixture.ts';
import { Register, type Trap } from '../../seams/machine.ts';

/** Pages of the guest in its first mapping that it plays with; the page of arguments is among them. */
const PLAYGROUND = { first: 64, count: 64 } as const;
const ARGUMENTS = 120;
/** Outside the playground, so that it mostly stays a stack. */
const STACK = 60;
const NUMBERS = HYPERCALLS.map((row) => row.number);
const OF_INTEREST = [
  0, 1, 2, 3, 7, 8, 511, 512, 513, 4095, 4096, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const WILD_ADDRESSES = [
  0n,
  0xfffn,
  0x1000n,
  0x7fff_ffff_f000n,
  0x7fff_ffff_fff8n,
  0x8000_0000_0000n,
  0xffff_7fff_ffff_f000n,
  0xffff_8000_0000_0000n,
  0xffff_8040_0000_0000n,
  0xffff_8200_0000_0000n,
  0xffff_87ff_ffff_fff8n,
  0xffff_8800_0000_0000n,
  0xffff_ffff_ffff_f000n,
  0xffff_ffff_ffff_ffffn,
];

export class HostileGuest {
  private readonly mfn: (pfn: number) => number;
  private readonly memory: FakeMemory;
  private readonly call = new CallArguments();
  /** Frames a guest knows of: its own, its tables, shared_info, the grant table, and some of others. */
  private readonly known: number[];

  constructor(
    private readonly domain: PvDomain,
    private readonly random: Random,
    foreign: readonly number[],
  ) {
    this.memory = domain.xen.memory as FakeMemory;
    this.mfn = kernelOf(domain).mfn;
    const own = Array.from({ length: PLAYGROUND.count }, (_, index) => this.mfn(PLAYGROUND.first + index));
    const root = domain.vcpus[0]?.kernelRoot ?? 0;
    for (const vcpu of domain.vcpus) vcpu.trapAddress.fill(KERNEL_BASE);
    this.known = [
      ...own,
      ...own,
      root,
      root + 1,
      root + 2,
      root + 3,
      root + 4,
      domain.sharedInfo,
      ...domain.grants.frames,
      ...foreign,
    ];
  }

  private get vcpu(): PvVcpu {
    return this.random.pick(this.domain.vcpus);
  }

  private frame(): number {
    return this.random.chance(0.95) ? this.random.pick(this.known) : this.random.u32();
  }

  private linear(): bigint {
    const { random } = this;
    if (random.chance(0.1)) return random.chance(0.5) ? random.pick(WILD_ADDRESSES) : random.u64();
    const offset = random.chance(0.8) ? 0 : random.chance(0.5) ? random.below(512) * 8 : random.below(4096);
    return KERNEL_BASE + BigInt((PLAYGROUND.first + random.below(PLAYGROUND.count)) * 4096 + offset);
  }

  private entry(): bigint {
    const { random } = this;
    const flags = random.chance(0.8) ? random.pick([0x61n, 0x63n, 0x65n, 0x67n, 0x27n, 0n]) : BigInt(random.below(4096));
    const high = random.chance(0.9) ? 0n : BigInt(random.below(4096)) << 52n;
    return high | (BigInt(this.frame()) << 12n) | flags;
  }

  private word(): bigint {
    const { random } = this;
    switch (random.below(8)) {
      case 0:
        return this.linear();
      case 1:
        return this.entry();
      case 2:
        return BigInt(this.frame());
      case 3:
        return BigInt(this.frame()) * 4096n + BigInt(random.below(512) * 8 + random.below(4));
      case 4:
        return random.u64();
      case 5:
        return BigInt(random.pick([DomainId.SELF, 0, 1, 2, 3, DomainId.IO, DomainId.XEN, 0xffff]));
      default:
        return BigInt(random.chance(0.5) ? random.pick(OF_INTEREST) : random.below(16));
    }
  }

  /** Fills some of the page of arguments. */
  private scribble(words: number): void {
    const at = this.mfn(ARGUMENTS) * 4096;
    for (let index = 0; index < words; index++) this.memory.writeU64(at + index * 8, this.word());
  }

  private hypercall(number: number, values: readonly bigint[]): void {
    for (let index = 0; index < 6; index++) {
      const value = BigInt.asUintN(64, values[index] ?? this.word());
      this.call.words[2 * index] = Number(value & 0xffff_ffffn);
      this.call.words[2 * index + 1] = Number(value >> 32n);
    }
    callByNumber(this.vcpu, number, this.call);
  }

  private get arguments(): bigint {
    return KERNEL_BASE + BigInt(ARGUMENTS * 4096);
  }

  private readonly acts: readonly (() => void)[] = [
    () => this.hypercall(this.random.pick(NUMBERS), []),
    () => this.hypercall(this.random.below(64), [BigInt(this.random.below(40)), this.arguments, BigInt(this.random.below(4))]),
    () => this.mmuUpdate(),
    () => this.hypercall(14, [this.linear(), this.entry(), BigInt(this.random.below(8))]),
    () => this.hypercall(14, [this.linear(), this.entry(), BigInt(this.random.below(8))]),
    () => this.mmuext(),
    () => this.mmuext(),
    () => this.structured(),
    () => this.trap(),
    () => this.writeMemory(),
    () => this.grants(),
    () => this.multicall(),
  ];

  /** One act. */
  step(): void {
    this.random.pick(this.acts)();
  }

  /** A call with a structure, most of it random. */
  private structured(): void {
    const { random } = this;
    this.scribble(16);
    const number = random.pick([12, 20, 24, 29, 32, 33, 30, 10, 2, 0, 13, 17]);
    const third = random.chance(0.5) ? 1n : BigInt(random.below(64));
    this.hypercall(number, [BigInt(random.below(16)), this.arguments, third, this.arguments]);
  }

  private mmuUpdate(): void {
    const count = 1 + this.random.below(4);
    const at = this.mfn(ARGUMENTS) * 4096;
    for (let index = 0; index < count; index++) {
      this.memory.writeU64(
        at + index * 16,
        BigInt(this.frame()) * 4096n + BigInt(this.random.below(512) * 8 + this.random.pick([0, 0, 0, 1, 2, 3, 4])),
      );
      this.memory.writeU64(at + index * 16 + 8, this.entry());
    }
    this.hypercall(1, [this.arguments, BigInt(count), 0n, BigInt(DomainId.SELF)]);
  }

  private mmuext(): void {
    const at = this.mfn(ARGUMENTS) * 4096;
    const command = this.random.chance(0.97)
      ? this.random.pick([
          MmuExt.pin_l1_table,
          MmuExt.pin_l2_table,
          MmuExt.pin_l3_table,
          MmuExt.pin_l4_table,
          MmuExt.unpin_table,
          MmuExt.new_user_baseptr,
        ])
      : this.random.below(24);
    this.memory.writeU64(at, BigInt(command));
    this.memory.writeU64(at + 8, this.random.chance(0.8) ? BigInt(this.frame()) : this.word());
    this.memory.writeU64(at + 16, this.random.chance(0.5) ? BigInt(this.frame()) : this.word());
    this.hypercall(26, [this.arguments, 1n, 0n, BigInt(DomainId.SELF)]);
  }

  /** Stores as the guest itself could make them: only where it has a writable mapping. */
  private writeMemory(): void {
    const address = Number(BigInt.asIntN(64, this.linear()));
    const at = this.vcpu.memory.locateAligned(address, 8, true);
    if (at !== -1) this.memory.writeU64(at, this.random.chance(0.7) ? this.entry() : this.word());
  }

  private grants(): void {
    const [frame] = this.domain.grants.frames;
    const { random } = this;
    if (frame !== undefined) {
      const at = frame * 4096 + (8 + random.below(8)) * 8;
      this.memory.writeU32(at, random.pick([0, 1, 5, 2, 3]) | (random.pick([0, this.domain.id, 1, 2]) << 16));
      this.memory.writeU32(at + 4, this.frame());
    }
    const at = this.mfn(ARGUMENTS) * 4096;
    const command = random.pick([0, 0, 1, 1, 5, 7, 2]);
    this.scribble(6);
    this.memory.writeU64(at, this.linear());
    if (command === 0) {
      this.memory.writeU32(at + 8, random.pick([1, 2, 3, 6, 18, 22]));
      this.memory.writeU32(at + 12, 8 + random.below(8));
      this.memory.writeU32(at + 16, random.pick([0, this.domain.id, 1, 2]));
    } else if (command === 1 || command === 7) this.memory.writeU32(at + 16, random.below(64));
    this.hypercall(20, [BigInt(command), this.arguments, 1n]);
  }

  private multicall(): void {
    const at = this.mfn(ARGUMENTS) * 4096;
    const count = 1 + this.random.below(4);
    for (let index = 0; index < count; index++) {
      this.memory.writeU64(at + index * 64, BigInt(this.random.pick([1, 3, 5, 10, 13, 14, 23, 26, 17])));
      for (let word = 2; word < 8; word++) this.memory.writeU64(at + index * 64 + word * 8, this.word());
    }
    this.hypercall(13, [this.arguments, BigInt(this.random.chance(0.9) ? count : this.random.u32())]);
  }

  private trap(): void {
    const { random, vcpu } = this;
    const { context } = vcpu;
    context.registers[Register.rsp] = random.chance(0.02) ? this.linear() : KERNEL_BASE + BigInt((STACK + 1) * 4096);
    if (random.chance(0.3)) context.rip = this.linear();
    if (random.chance(0.02)) vcpu.trapAddress[random.below(32)] = random.chance(0.9) ? KERNEL_BASE : 0n;
    context.registers[Register.rax] = BigInt(random.below(48));
    const trap: Trap = random.chance(0.3)
      ? { kind: random.chance(0.9) ? 'syscall' : 'sysenter' }
      : {
          kind: 'exception',
          vector: random.below(32),
          errorCode: random.below(32),
          hasErrorCode: true,
          software: random.chance(0.2),
          address: this.linear(),
        };
    handleTrap(vcpu, trap);
    if (this.domain.shutdownReason === undefined) deliverPending(vcpu);
  }
}
