/** A machine for tests: sparse memory, and CPUs that "run" a script instead of code. */
import { MSRS } from '../../../abi/x86/msr.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type {
  Context,
  Cpu,
  Machine,
  MachineMemory,
  Occupant,
  Segment,
  SegmentName,
  SystemRegister,
  Trap,
} from '../../../seams/machine.ts';

export class FakeMemory implements MachineMemory {
  private readonly content: Uint8Array;
  private readonly view: DataView;

  constructor(readonly frames: number) {
    this.content = new Uint8Array(frames * 4096);
    this.view = new DataView(this.content.buffer);
  }

  bytes(frame: MachineFrame, _access?: 'read' | 'write'): Uint8Array {
    return this.content.subarray(frame * 4096, frame * 4096 + 4096);
  }
  readU64(address: number): bigint {
    return this.view.getBigUint64(address, true);
  }
  writeU64(address: number, value: bigint): void {
    this.view.setBigUint64(address, value, true);
  }
  readU32(address: number): number {
    return this.view.getUint32(address, true);
  }
  writeU32(address: number, value: number): void {
    this.view.setUint32(address, value, true);
  }
  read(address: number, length: number): Uint8Array {
    return this.content.slice(address, address + length);
  }
  write(address: number, bytes: Uint8Array): void {
    this.content.set(bytes, address);
  }
  discard(frame: MachineFrame): void {
    this.bytes(frame).fill(0);
  }
  share(from: MachineFrame, to: MachineFrame): void {
    this.bytes(to).set(this.bytes(from));
  }
  isPrivate(): boolean {
    return true;
  }
  usage(): { privateFrames: number; sharedFrames: number } {
    return { privateFrames: this.frames, sharedFrames: 0 };
  }
}

export class FakeContext implements Context {
  readonly registers = new BigUint64Array(16);
  rip = 0n;
  rflags = 2n;
  readonly cpl = 3;
  readonly instructions = 0;
  /** Addresses flushed; undefined: everything. */
  readonly flushes: (bigint | undefined)[] = [];
  translations: 0 | 1 = 0;
  private readonly segments = new Map<SegmentName, Segment>();
  private readonly system = new Map<SystemRegister, bigint>();
  readonly roots: [bigint, bigint] = [0n, 0n];

  readSegment(name: SegmentName): Segment {
    return { ...(this.segments.get(name) ?? { selector: 0, base: 0n, limit: 0, attributes: 0x8000 }) };
  }
  writeSegment(name: SegmentName, segment: Segment): void {
    this.segments.set(name, { ...segment });
  }
  readSystem(name: SystemRegister): bigint {
    return this.system.get(name) ?? 0n;
  }
  writeSystem(name: SystemRegister, value: bigint): void {
    this.system.set(name, value);
    if (name === 'cr3') this.roots[this.translations] = value;
  }
  writeTable(): void {}
  selectTranslations(set: 0 | 1): void {
    this.translations = set;
  }
  flushTranslations(address?: bigint): void {
    this.flushes.push(address);
  }
  translate(address: bigint): { address: bigint } {
    return { address };
  }
  saveFloat(): void {}
  loadFloat(): void {}
  release(): void {}
}

/** What happens when a context is entered: the guest's code, in effect. */
export type Script = (context: FakeContext, cycles: number, cpu: FakeCpu) => Trap;

export class FakeCpu implements Cpu {
  clock = 0;
  script: Script = (_context, cycles, cpu) => {
    cpu.clock += cycles;
    return { kind: 'budget' };
  };

  constructor(readonly index: number) {}

  createContext(): Context {
    return new FakeContext();
  }
  enter(context: Context, cycles: number): Trap {
    return this.script(context as FakeContext, cycles, this);
  }
  cpuid(): { eax: number; ebx: number; ecx: number; edx: number } {
    return { eax: 0, ebx: 0, ecx: 0xffff_ffff, edx: 0xffff_ffff };
  }
  readMsr(msr: number): bigint | undefined {
    return MSRS.find((row) => row.number === msr && row.access !== 'w')?.reset;
  }
  writeMsr(): boolean {
    return false;
  }
  now(): number {
    return this.clock;
  }
  charge(cycles: number): void {
    this.clock += cycles;
  }
  setTimer(): void {}
  interrupt(): void {}
  flushGlobal(): void {}
}

export class FakeMachine implements Machine {
  readonly cpus: readonly FakeCpu[];
  readonly frequency = 1_000_000_000;
  readonly ports = { read: () => 0xff, write: () => {} };
  readonly devices = { read: () => 0xffff_ffff, write: () => {} };
  occupant: Occupant | undefined;

  constructor(
    frames: number,
    cpus = 1,
    readonly memory = new FakeMemory(frames),
  ) {
    this.cpus = Array.from({ length: cpus }, (_, index) => new FakeCpu(index));
  }

  call(): 'nobody' {
    return 'nobody';
  }
  occupy(occupant: Occupant): void {
    this.occupant = occupant;
  }
}
