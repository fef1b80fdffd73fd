/**
 * A hostile kernel: what it knows and the words it builds its attacks of. Random values are mostly near valid ones, because
 * what is plainly wrong is refused at the door. The attacks themselves are in the folder beside this file.
 */
import { DomainId } from '../../abi/xen/domains.table.ts';
import type { Random } from '../../base/random.ts';
import { FrameType } from '../../hypervisors/common/frames.ts';
import { CallArguments } from '../../hypervisors/xen/pv/arguments.ts';
import type { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import { callByNumber } from '../../hypervisors/xen/pv/hypercall.ts';
import type { PvVcpu } from '../../hypervisors/xen/pv/vcpu.ts';
import { KERNEL_BASE, kernelOf } from '../../hypervisors/xen/testing/fixture.ts';
import { Register } from '../../seams/machine.ts';
import type { FickleMemory } from './fickle-memory.ts';

/** Pages of the guest in its first mapping that it plays with. */
const PLAYGROUND = { first: 64, count: 64 } as const;
/** Pages outside the playground: they stay memory, so whatever is written there is the guest's own to write. */
const ARGUMENTS_PAGE = 56;
export const STACK_PAGE = 60;
/** What an iret of the kernel finds there: RAX R11 RCX flags RIP CS RFLAGS RSP SS, in kernel mode. */
const returnFrame = (stack: bigint): readonly bigint[] => [0n, 0n, 0n, 0n, KERNEL_BASE, 0xe030n, 0x202n, stack, 0xe02bn];
export const RING_PAGES = { block: 50, transmit: 51, receive: 52, data: 53, screen: 54, directory: 55 } as const;
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

/** What surrounds a guest: those it may try to harm, and those that serve it. */
export interface Surroundings {
  /** Frames of others. */
  readonly foreign: readonly number[];
  /** Numbers of others: of the control domain, the victim, the accomplice. */
  others(): readonly number[];
  /** References of the victim that are granted to this guest. */
  readonly granted: readonly number[];
  /** Lets the control domain, and everybody else, work for a while. */
  settle(): void;
  /** A person looks at the guest's screen, and types. */
  look(): void;
  /** The control domain maps a page that the guest granted it, for some time. */
  mapByControl(domain: number, reference: number): void;
}

export class HostileGuest {
  readonly mfn: (pfn: number) => number;
  readonly memory: FickleMemory;
  private readonly call = new CallArguments();
  /** Frames a guest knows of: its own, its tables, shared_info, the grant table, and some of others. */
  private readonly known: number[];

  constructor(
    readonly domain: PvDomain,
    readonly random: Random,
    readonly around: Surroundings,
  ) {
    this.memory = domain.xen.memory as FickleMemory;
    this.mfn = kernelOf(domain).mfn;
    const own = Array.from({ length: PLAYGROUND.count }, (_, index) => this.mfn(PLAYGROUND.first + index));
    const root = domain.vcpus[0]?.kernelRoot ?? 0;
    for (const vcpu of domain.vcpus) vcpu.trapAddress.fill(KERNEL_BASE);
    const stack = this.page(STACK_PAGE + 1);
    for (const [index, word] of returnFrame(stack).entries())
      this.memory.writeU64(this.mfn(STACK_PAGE + 1) * 4096 + index * 8, word);
    const tables = [root, root + 1, root + 2, root + 3, root + 4];
    this.known = [...own, ...own, ...tables, domain.sharedInfo, ...domain.grants.frames, ...around.foreign];
  }

  /** Stacks where a kernel has them: one that loses its stack ends with the next trap, and its attacks with it. */
  steady(): void {
    for (const vcpu of this.domain.vcpus) {
      vcpu.kernelSp = this.page(STACK_PAGE + 1);
      if (vcpu.kernelMode) vcpu.context.registers[Register.rsp] = vcpu.kernelSp;
    }
  }

  /** Hypercalls made, those within lists included. */
  get hypercalls(): number {
    return this.domain.hypercalls;
  }

  /** A vCPU that was started; the others can do nothing. */
  get vcpu(): PvVcpu {
    return this.random.pick(this.domain.vcpus.filter(({ initialised }) => initialised));
  }

  /** A frame: mostly one that it knows. */
  frame(): number {
    return this.random.chance(0.95) ? this.random.pick(this.known) : this.random.u32();
  }

  /** A linear address: mostly of its playground. */
  linear(): bigint {
    const { random } = this;
    if (random.chance(0.1)) return random.chance(0.5) ? random.pick(WILD_ADDRESSES) : random.u64();
    const offset = random.chance(0.8) ? 0 : random.chance(0.5) ? random.below(512) * 8 : random.below(4096);
    return this.page(PLAYGROUND.first + random.below(PLAYGROUND.count)) + BigInt(offset);
  }

  page(pfn: number): bigint {
    return KERNEL_BASE + BigInt(pfn * 4096);
  }

  /** A page-table entry. */
  entry(): bigint {
    const { random } = this;
    const flags = random.chance(0.8) ? random.pick([0x61n, 0x63n, 0x65n, 0x67n, 0x27n, 0n]) : BigInt(random.below(4096));
    const high = random.chance(0.9) ? 0n : BigInt(random.below(4096)) << 52n;
    return high | (BigInt(this.frame()) << 12n) | flags;
  }

  /** A number of a domain. */
  someone(): number {
    return this.random.pick([DomainId.SELF, this.domain.id, DomainId.IO, DomainId.XEN, 0xffff, ...this.around.others()]);
  }

  /** Anything. */
  word(): bigint {
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
        return BigInt(this.someone());
      default:
        return BigInt(random.chance(0.5) ? random.pick(OF_INTEREST) : random.below(16));
    }
  }

  /** Machine address of the page of arguments, and the linear one. */
  get argumentsAt(): number {
    return this.mfn(ARGUMENTS_PAGE) * 4096;
  }

  get arguments(): bigint {
    return this.page(ARGUMENTS_PAGE);
  }

  /** Fills some of the page of arguments. */
  scribble(words: number): void {
    for (let index = 0; index < words; index++) this.memory.writeU64(this.argumentsAt + index * 8, this.word());
  }

  hypercall(number: number, values: readonly bigint[]): number {
    for (let index = 0; index < 6; index++) {
      const value = BigInt.asUintN(64, values[index] ?? this.word());
      this.call.words[2 * index] = Number(value & 0xffff_ffffn);
      this.call.words[2 * index + 1] = Number(value >> 32n);
    }
    return callByNumber(this.vcpu, number, this.call);
  }

  /** True if the guest could write to the page itself: it is memory, and nothing else. */
  mayWrite(frame: number): boolean {
    const { frames } = this.domain.xen;
    const ordinary = frames.type[frame] === FrameType.writable || (frames.typeCount[frame] ?? 0) === 0;
    return frames.owner[frame] === this.domain.owner && (frames.count[frame] ?? 0) > 0 && ordinary;
  }

  /** Does `act` while another vCPU of the guest changes words that the hypervisor has just read. */
  whileChanging(act: () => void): void {
    const { memory, random } = this;
    memory.afterRead = (address, length) => {
      const frame = Math.floor(address / 4096);
      if (!random.chance(0.2) || this.domain.xen.frames.type[frame] !== FrameType.writable || !this.mayWrite(frame)) return;
      const at = Math.min(frame * 4096 + 4088, address + 8 * random.below(Math.ceil(length / 8)));
      memory.writeU64(at - (at % 8), this.word());
    };
    try {
      act();
    } finally {
      memory.afterRead = undefined;
    }
  }
}

/** One thing a guest does. */
export type Act = (guest: HostileGuest) => void;
