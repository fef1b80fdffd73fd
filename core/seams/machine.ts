/**
 * What ring 0 sees: memory, CPUs, ports, clock, and a way to call whoever is below.
 *
 * Ring 0 of a machine has an *occupant*. Either machine code runs there (a kernel: the CPU delivers its traps through
 * its own descriptor tables), or one of our hypervisors (the trap is returned to it by `enter`). Both see the same machine.
 *
 * A *trap* goes to this machine's own ring 0. An *exit* leaves for the layer below and is handled there without being
 * seen here; only an exit, and the resume that follows an exit, are charged.
 */
import type { Cycles, HostFrame, MachineFrame } from './addresses.ts';
import type { Board, BoardHost, Outcome } from './board.ts';

/** Index into {@link Context.registers}: the encoding order of the architecture. */
export const Register = {
  rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7,
  r8: 8, r9: 9, r10: 10, r11: 11, r12: 12, r13: 13, r14: 14, r15: 15,
} as const;

export type SegmentName = 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'ldtr' | 'tr';

export interface Segment {
  selector: number;
  base: bigint;
  /** Last valid offset, granularity applied. */
  limit: number;
  /** Bits 0-7 access byte, 8-11 AVL L D/B G, bit 15 unusable. */
  attributes: number;
}

/**
 * The register state of one virtual CPU. Views are live while the CPU is not running.
 * Every deprivileged virtual CPU of a hypervisor has one context of its own.
 */
export interface Context {
  /** rax..r15 in encoding order, unsigned 64-bit. */
  readonly registers: BigUint64Array;
  rip: bigint;
  /** With the status flags materialised. */
  rflags: bigint;
  /** Current privilege level and code width follow from CS; set CS through {@link writeSegment}. */
  readonly cpl: number;
  readSegment(name: SegmentName): Segment;
  /** Installs a segment as it is, unchecked; for CS also sets the code width and, for SS, the privilege level. */
  writeSegment(name: SegmentName, segment: Segment): void;
  /** A system register by its manual name; unlisted ones are MSRs and belong to the owner of the context. */
  readSystem(name: SystemRegister): bigint;
  /** Installs a value unchecked; flushes what depends on it (CR0, CR3, CR4, EFER: translations). */
  writeSystem(name: SystemRegister, value: bigint): void;
  /** Descriptor table registers. */
  writeTable(name: 'gdt' | 'idt', base: bigint, limit: number): void;
  /**
   * Two sets of cached translations, so that a switch between two address spaces (a paravirtual kernel and its user)
   * loses nothing. Choosing a set does not flush; {@link writeSystem} of CR3 flushes the set in use only.
   */
  selectTranslations(set: 0 | 1): void;
  flushTranslations(address?: bigint): void;
  /** Linear to machine address under the current tables, or the page fault an access would raise. */
  translate(address: bigint, access: Access): { address: bigint } | { fault: PageFault };
  /** 512-byte FXSAVE image. */
  saveFloat(into: Uint8Array): void;
  loadFloat(from: Uint8Array): void;
  /** Instructions retired in this context since it was made. */
  readonly instructions: number;
  /** Frees the state block; the context may not be used afterwards. */
  release(): void;
}

export type SystemRegister =
  | 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'cr8' | 'xcr0' | 'efer' | 'dr0' | 'dr1' | 'dr2' | 'dr3' | 'dr6' | 'dr7'
  | 'star' | 'lstar' | 'cstar' | 'sfmask' | 'kernelGsBase' | 'sysenterCs' | 'sysenterEsp' | 'sysenterEip' | 'tscAux' | 'tscOffset' | 'pat';

export type Access = 'read' | 'write' | 'execute';

export interface PageFault { errorCode: number; address: bigint }

/** Why `enter` came back to ring 0. Faults leave rip at the instruction, the others behind it. */
export type Trap =
  /** `software`: INT n, INT3, INTO, INT1; rip is then behind the instruction. `address` is CR2 for vector 14. */
  | { kind: 'exception'; vector: number; errorCode: number; hasErrorCode: boolean; software: boolean; address: bigint }
  /** SYSCALL: rcx and r11 already hold rip and rflags; rip is behind the instruction. */
  | { kind: 'syscall' }
  | { kind: 'sysenter' }
  /** The machine has an interrupt for its ring 0. */
  | { kind: 'interrupt'; vector: number }
  /** Machine code executed HLT and no interrupt is pending. */
  | { kind: 'halt' }
  /** Machine code could not deliver a fault: its CPU is shut down. */
  | { kind: 'shutdown' }
  /** The cycles given are used up, or somebody asked this CPU to come back. */
  | { kind: 'budget' };

/** A processor of a machine, as its ring 0 uses it. */
export interface Cpu {
  readonly index: number;
  /** Makes a context for deprivileged code on this machine (any of its CPUs may enter it). */
  createContext(): Context;
  /**
   * Runs `context` until ring 0 is needed, at most for `cycles`. Costs what the instructions and counted events cost;
   * time passes on {@link Machine.clock}. Only while no other context runs on this CPU.
   */
  enter(context: Context, cycles: Cycles): Trap;
  /** What CPUID answers in ring 0 of this machine. */
  cpuid(leaf: number, subleaf: number): CpuidResult;
  /** Undefined: the access raises #GP. */
  readMsr(msr: number): bigint | undefined;
  writeMsr(msr: number, value: bigint): boolean;
  /** This CPU's clock: cycles since the machine was switched on. */
  now(): Cycles;
  /** Charges work of the occupant (a hypercall's own instructions, a copied page) to this CPU. */
  charge(cycles: Cycles): void;
  /** One-shot timer of this CPU's ring 0; at or after `at` it is woken and `enter` returns `interrupt`. Infinity: off. */
  setTimer(at: Cycles): void;
  /** Wakes the ring 0 of another CPU of this machine. */
  interrupt(cpu: number): void;
  /** Clears CR4.PGE and sets it again: all translations go, global ones, too. In a container each of the two writes exits. */
  flushGlobal(): void;
}

/** Bytes `start` to `start + length - 1` of a machine's physical address space; multiples of 4096. */
export interface AddressRange { readonly start: number; readonly length: number }

export interface CpuidResult { eax: number; ebx: number; ecx: number; edx: number }

/** Memory of a machine: sparse; a frame that nobody wrote reads as zeroes and costs nothing. */
export interface MachineMemory {
  /** Number of frames, RAM holes included (the highest frame + 1). */
  readonly frames: number;
  /** Live bytes of one frame. The view dies when the memory grows: take it, use it, drop it. */
  bytes(frame: MachineFrame, access: 'read' | 'write'): Uint8Array;
  readU64(address: number): bigint;
  writeU64(address: number, value: bigint): void;
  readU32(address: number): number;
  writeU32(address: number, value: number): void;
  /** Copies between a machine address and bytes, across frames. */
  read(address: number, length: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
  /** Gives the content of a frame up; it reads as zeroes again. */
  discard(frame: MachineFrame): void;
  /** Makes `to` show the content of `from`, shared until either is written. */
  share(from: MachineFrame, to: MachineFrame): void;
  /** True if the frame has content of its own, not shared and not zero. */
  isPrivate(frame: MachineFrame): boolean;
  /** Frames with content, by kind, for accounting. */
  usage(): { privateFrames: number; sharedFrames: number };
}

export interface Ports {
  read(port: number, width: 1 | 2 | 4): number;
  write(port: number, width: 1 | 2 | 4, value: number): void;
}

/** Registers of devices in the physical address space; an access outside of them reads all ones. */
export interface DeviceMemory {
  read(address: number, width: 1 | 2 | 4): number;
  write(address: number, width: 1 | 2 | 4, value: number): void;
}

/** A machine with an empty ring 0. */
export interface Machine {
  readonly memory: MachineMemory;
  readonly cpus: readonly Cpu[];
  readonly ports: Ports;
  readonly devices: DeviceMemory;
  readonly frequency: number;
  /** vmcall by ring 0, arguments in encoding order of the registers given. On bare hardware nobody answers. */
  call(cpu: number, registers: BigUint64Array): 'answered' | 'nobody';
  /** Puts the ring 0 of this machine to work; at most once. */
  occupy(occupant: Occupant): void;
}

/** One of our hypervisors, or a kernel, in ring 0 of a machine. */
export interface Occupant {
  /**
   * Uses CPU `cpu` until its clock reaches `until` or there is nothing to do.
   * @returns the time at which there is something to do again (Infinity: only an interrupt helps).
   */
  run(cpu: number, until: Cycles): Cycles;
  /** The machine had an interrupt for its ring 0 while no context was running; {@link Cpu.enter} returns the others. */
  interrupted?(cpu: number, vector: number): void;
}

/** A machine whose ring 0 may run machines. */
export interface HostMachine extends Machine {
  readonly virtualization: Virtualization;
}

/** How a context of a virtual machine behaves: what leaves it and where its physical memory is. */
export interface ContainerSpec {
  /** 'code': a kernel takes its own traps. 'occupant': traps return from {@link Virtualization.run}. */
  readonly ringZero: 'code' | 'occupant';
  readonly memory: ContainerMemory;
  readonly exits: ExitHandlers;
}

/**
 * Guest-physical memory of a container: a second-level table (guest frame to host frame), filled on demand.
 * `MachineMemory` is what the container's ring 0 sees of it.
 */
export interface ContainerMemory extends MachineMemory {
  /** Called, if set, for every write from outside (not by a context) to page tables that a shadow follows. */
  onTableWrite: (() => void) | undefined;
  /** Guest frame to host frame; undefined while it was never touched. */
  hostFrame(frame: MachineFrame): HostFrame | undefined;
  release(): void;
}

/**
 * Called while the context runs; the handler does what the hardware outside would do and the guest goes on.
 * A handler that wants the CPU back calls `context.leave()`.
 */
export interface ExitHandlers {
  cpuid(context: VirtualContext, leaf: number, subleaf: number): CpuidResult;
  readMsr(context: VirtualContext, msr: number): bigint | undefined;
  writeMsr(context: VirtualContext, msr: number, value: bigint): boolean;
  readPort(context: VirtualContext, port: number, width: 1 | 2 | 4): number;
  writePort(context: VirtualContext, port: number, width: 1 | 2 | 4, value: number): void;
  /** An access outside RAM. Reads return an unsigned value of `width` bytes (1, 2, 4, 8). */
  readDevice(context: VirtualContext, address: number, width: number): bigint;
  writeDevice(context: VirtualContext, address: number, width: number, value: bigint): void;
  /** VMCALL or VMMCALL; false: #UD. Registers are in the context. */
  call(context: VirtualContext): boolean;
  /** Acknowledges the interrupt that was offered; returns its vector, or -1 if it went away. */
  acknowledgeInterrupt(context: VirtualContext): number;
  /** A second-level fault was resolved by allocation (counted; content is the memory's business). */
  secondLevelFault(context: VirtualContext, frame: MachineFrame): void;
  /** CR0, CR3, CR4, CR8 were written; called after the fact, only when asked for in {@link VirtualContext.intercept}. */
  controlWrite(context: VirtualContext, register: 0 | 3 | 4 | 8, value: bigint): void;
  /** INVLPG was executed; only when asked for. */
  invalidatePage(context: VirtualContext, address: bigint): void;
  /** Shadow paging, only when asked for: an access faults, or needs an entry that the shadow has not. */
  pageFault(context: VirtualContext): void;
  /** Shadow paging, only when asked for: an instruction is about to write to page tables. */
  tableWrite(context: VirtualContext): void;
}

/** What a context tells only when asked; 'page-tables' is for a hypervisor that shadows them. */
export type InterceptedEvent = 'control-write' | 'invalidate-page' | 'page-tables';

export interface VirtualContext extends Context {
  /** Asks that run returns after the current instruction. */
  leave(): void;
  /** Offers (true) or withdraws an external interrupt. */
  offerInterrupt(offered: boolean): void;
  injectNmi(): void;
  /** 0 running, 1 halted, 2 waiting for start-up, 3 shut down. */
  halted: number;
  intercept(events: readonly InterceptedEvent[]): void;
  /** Start-up state after INIT, and after SIPI with `vector`. */
  reset(kind: 'init' | { startUp: number }): void;
  /** This context's clock, in cycles; may be set forward while it does not run. */
  cycles: Cycles;
  charge(cycles: Cycles): void;
}

/** Why a virtual CPU left for the layer below. */
export type ExitReason =
  | 'cpuid' | 'msr-read' | 'msr-write' | 'port-in' | 'port-out' | 'device' | 'control-write' | 'invalidate-page'
  | 'halt' | 'external-interrupt' | 'second-level-fault' | 'call' | 'page-fault' | 'table-write';

/** What a layer below does at an exit before the board is asked; every member may be absent. */
export interface Interception {
  /** Every exit, before anything else: the layer counts and charges. */
  exit?(cpu: number, reason: ExitReason): void;
  /** Undefined: not this layer's. */
  cpuid?(cpu: number, leaf: number, subleaf: number): CpuidResult | undefined;
  readMsr?(cpu: number, msr: number): bigint | undefined;
  writeMsr?(cpu: number, msr: number, value: bigint): boolean;
  /** A CPU that had nothing to do was given something by another CPU or from outside: it wants to be run. */
  woken?(cpu: number): void;
  /** VMCALL by ring 0; registers in encoding order. False: nobody answers. */
  call?(cpu: number, registers: BigUint64Array): boolean;
}

/** A computer to be put together from processors, memory and a board: the bare one, or one that a provider rents out. */
export interface ComputerSpec {
  readonly memory: ContainerMemory;
  readonly cpus: number;
  /** Cycles per second. */
  readonly frequency: number;
  readonly board: (host: BoardHost) => Board;
  cpuid(cpu: number, leaf: number, subleaf: number): CpuidResult;
  readonly intercept?: Interception;
  /** Without nested paging: page faults, writes to page tables, control registers and INVLPG exit; see ShadowTables. */
  readonly shadowPaging?: boolean;
}

export interface Computer {
  readonly machine: Machine;
  /** Ring-0 contexts for machine code, one per CPU; the others than 0 wait for start-up. */
  readonly contexts: readonly VirtualContext[];
  readonly board: Board;
  /** Set once the computer has ended; it must not be run afterwards. */
  readonly ended: Outcome | undefined;
  /** Ends it, as its board does; the first outcome counts. A CPU that runs executes nothing more. */
  end(outcome: Outcome): void;
  /**
   * Runs one CPU, machine code or occupant, until its clock reaches `until` or it has nothing to do.
   * @returns when it has something to do next: its present clock if it is busy, Infinity if only an interrupt helps
   */
  runCpu(cpu: number, until: Cycles): Cycles;
  /** When that CPU has something to do: its present clock if it is busy, Infinity if only an interrupt helps. */
  nextWork(cpu: number): Cycles;
  /** The CPU was not run until `to` (idle, or kept from running): its clock jumps, no instruction is counted. */
  advanceClock(cpu: number, to: Cycles): void;
}

export interface Virtualization {
  createComputer(spec: ComputerSpec): Computer;
  /** Memory with RAM in the given ranges; every other address belongs to the board. */
  createMemory(ram: readonly AddressRange[]): ContainerMemory;
  createVirtualContext(spec: ContainerSpec): VirtualContext;
  /** Runs until a trap of an 'occupant' container, a halt, a shutdown, or `cycles` are used up. */
  run(context: VirtualContext, cycles: Cycles): Trap;
}
