/** The state of one paravirtual CPU that the hypervisor keeps beside the registers of its context. */
import { Virq } from '../../../abi/xen/events.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import type { Context, Cpu, Segment } from '../../../seams/machine.ts';
import { Vcpu } from '../vcpu.ts';
import { ARGUMENT_REGISTERS, type CallArguments } from './arguments.ts';
import type { PvDomain } from './domain.ts';
import { fromBigint } from './entry.ts';
import { GuestMemory } from './guest-memory.ts';
import { REGISTERS_SET } from './hypercall.ts';
import { GDT_LIMIT } from './hypervisor-space.ts';
import { enterGuest } from './run.ts';
import { publishRunstate } from './time-areas.ts';

/** A registered callback; address 0: none. */
export interface Callback {
  address: bigint;
  masksEvents: boolean;
}

const noCallback = (): Callback => ({ address: 0n, masksEvents: false });

const SYSCALL_LENGTH = 2n;
/** Kernel and user translations live in two sets, so that going from one to the other loses nothing. */
const KERNEL_SET = 0;
const USER_SET = 1;

export class PvVcpu extends Vcpu {
  declare readonly domain: PvDomain;
  readonly context: Context;
  readonly memory: GuestMemory;
  /** Which of the two address spaces is in use; both run in ring 3. */
  kernelMode = true;
  /** Frames of the roots, each holding a typed reference; 0: none. */
  kernelRoot = 0;
  userRoot = 0;
  /** GS base of the mode that is not in use. */
  otherGsBase = 0n;
  /** IA32_SPEC_CTRL. The emulated processor does not speculate; it is only kept, and a kernel sets it again when it resumes. */
  speculationControl = 0n;
  kernelSp = 0n;
  kernelSs = 0;
  /** Virtual I/O privilege level (PHYSDEVOP_set_iopl). */
  iopl = 0;
  readonly trapAddress = new BigUint64Array(256);
  readonly trapFlags = new Uint8Array(256);
  readonly trapCs = new Uint16Array(256);
  readonly eventCallback = noCallback();
  readonly failsafeCallback = noCallback();
  readonly syscallCallback = noCallback();
  readonly syscall32Callback = noCallback();
  readonly sysenterCallback = noCallback();
  /** Virtual CR0.TS and CR4. */
  taskSwitched = false;
  cr4 = 0n;
  /** DR7 as the guest wrote it, while that holds breakpoints on ports; 0: DR7 is what it wrote. */
  portBreakpoints = 0n;
  ldtBase = 0n;
  ldtEntries = 0;
  /** Frame mapped for each page of the LDT; undefined: not yet touched. */
  readonly ldtFrames: (number | undefined)[] = [];
  gdtFrames: number[] = [];
  gdtEntries = 0;
  /** Machine address of vcpu_info. */
  infoAddress = 0;
  /** It was moved out of shared_info (VCPUOP_register_vcpu_info); its frame is held. */
  infoMoved = false;
  /** Linear addresses of registered areas; 0: none. */
  runstateArea = 0;
  timeArea = 0;
  initialised = false;
  nmiPending = false;
  /** From the delivery of an NMI to the iret that ends it. */
  nmiBlocked = false;
  /** All translations must go before the vCPU runs again; when they last did, by the clock of the frame table. */
  private flushPending = false;
  private flushedAt = 0;
  /** The root of the set that is not in use is to be loaded with the next switch. */
  private userRootChanged = false;
  private seenRegisters: BigUint64Array | undefined;
  private registerHalves: Uint32Array = new Uint32Array(0);

  constructor(domain: PvDomain, id: number, affinity: number | undefined) {
    super(domain, id, affinity);
    const { xen } = domain;
    this.context = xen.createContext();
    this.memory = new GuestMemory(xen.memory, () => this.kernelRoot);
    this.infoAddress = domain.sharedInfo * 4096 + SharedInfo.vcpuInfo + id * VcpuInfo.SIZE;
    this.flushedAt = xen.frames.clock;
    xen.space.mapGdt(domain.space, id, []);
    this.context.writeTable('gdt', xen.space.gdtBase(id), GDT_LIMIT);
  }

  /** General registers in encoding order, low half first; live while the vCPU is not running. */
  get halves(): Uint32Array {
    const registers = this.context.registers;
    if (registers !== this.seenRegisters) {
      this.seenRegisters = registers;
      this.registerHalves = new Uint32Array(registers.buffer, registers.byteOffset, 32);
    }
    return this.registerHalves;
  }

  run(cpu: Cpu, until: Cycles): void {
    enterGuest(this, cpu, until);
  }

  // Events.

  /** evtchn_upcall_pending in bits 0-7, evtchn_upcall_mask in bits 8-15. */
  private get upcallWord(): number {
    return this.domain.xen.memory.readU32(this.infoAddress);
  }

  get upcallMasked(): boolean {
    return (this.upcallWord & 0xff00) !== 0;
  }

  set upcallMasked(masked: boolean) {
    const word = this.upcallWord;
    this.domain.xen.memory.writeU32(this.infoAddress, ((word & ~0xff00) | (masked ? 0x100 : 0)) >>> 0);
  }

  get upcallPending(): boolean {
    return (this.upcallWord & 0xff) !== 0;
  }

  /** An event is pending and not held off. */
  get upcallDue(): boolean {
    const word = this.upcallWord;
    return (word & 0xff) !== 0 && (word & 0xff00) === 0;
  }

  notify(): void {
    this.wake();
  }

  protected timerExpired(): void {
    this.domain.events.raiseVirq(Virq.TIMER, this.id);
  }

  protected override runstateChanged(): void {
    if (this.runstateArea !== 0) publishRunstate(this);
  }

  // Address spaces.

  /** Goes to the other mode: its address space and its GS base. The caller makes sure that a user root exists. */
  toggleMode(): void {
    const { context } = this;
    const gs = context.readSegment('gs');
    const base = gs.base;
    gs.base = this.otherGsBase;
    this.otherGsBase = base;
    context.writeSegment('gs', gs);
    this.kernelMode = !this.kernelMode;
    context.selectTranslations(this.kernelMode ? KERNEL_SET : USER_SET);
    if (!this.kernelMode && this.userRootChanged) {
      this.userRootChanged = false;
      context.writeSystem('cr3', BigInt(this.userRoot) * 4096n);
    }
  }

  /** The root of the kernel's address space is `root` now; the caller moved the references. Kernel mode only. */
  kernelRootChanged(root: number): void {
    this.kernelRoot = root;
    this.context.writeSystem('cr3', BigInt(root) * 4096n);
    // The user's half is reachable through both roots, and the set of the user keeps what this switch dropped.
    this.userRootChanged = true;
  }

  setUserRoot(root: number): void {
    this.userRoot = root;
    this.userRootChanged = true;
  }

  /** All translations of this vCPU go before it runs again. */
  flushAll(): void {
    this.flushPending = true;
  }

  flushIfStale(stamp: number): void {
    if (this.flushedAt <= stamp) this.flushPending = true;
  }

  /** One page is forgotten at once. */
  flushPage(address: bigint): void {
    if (!this.flushPending) this.context.flushTranslations(address);
  }

  /** Called right before the context is entered. */
  applyFlush(): void {
    if (!this.flushPending) return;
    this.flushPending = false;
    this.context.flushTranslations();
    const { frames } = this.domain.xen;
    frames.clock += 1;
    this.flushedAt = frames.clock;
  }

  /**
   * A call that took long goes on later: it is made again, from the same instruction, with other arguments.
   * @param pointer argument that is moved on by `advance`
   * @param counter argument that becomes `count`; -1: none
   */
  continueCall(args: CallArguments, pointer: number, advance: number, counter = -1, count = 0): number {
    const { registers } = this.context;
    const set = (argument: number, value: bigint): void => {
      registers[ARGUMENT_REGISTERS[argument] ?? 0] = BigInt.asUintN(64, value);
    };
    set(pointer, args.big(pointer) + BigInt(advance));
    if (counter !== -1) set(counter, BigInt(count));
    this.context.rip = BigInt.asUintN(64, this.context.rip - SYSCALL_LENGTH);
    return REGISTERS_SET;
  }

  /** Up to 15 bytes of code at RIP; undefined: none can be read. */
  fetch(): Uint8Array | undefined {
    const rip = fromBigint(this.context.rip);
    return this.memory.read(rip, 15) ?? this.memory.read(rip, 4096 - (rip & 0xfff));
  }

  setSegmentBase(name: 'fs' | 'gs', base: bigint): void {
    const segment: Segment = this.context.readSegment(name);
    segment.base = base;
    this.context.writeSegment(name, segment);
  }
}
