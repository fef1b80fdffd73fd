/**
 * One rented instance: a computer put together in a container, whose every exit is counted and charged.
 *
 * Its board, its exits and its ring 0 are those of any computer; what the provider adds is the flavour (what it shows
 * to the tenant), the ledger, and the clock that stands still for nobody (time the instance was kept from running is
 * stolen, and the tenant can see it).
 */
import { COSTS } from '../../observe/costs.table.ts';
import { Ledger } from '../../observe/ledger.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { Board, BoardHost, Outcome } from '../../seams/board.ts';
import type { AddressRange, Computer, ContainerMemory, CpuidResult, ExitReason, HostMachine } from '../../seams/machine.ts';
import { EXIT_COST } from './exits.table.ts';
import type { FlavourFactory } from './flavour.ts';

export interface InstanceSpec {
  readonly name: string;
  readonly cpus: number;
  /** Where its RAM is; the rest of the address space is the board's. */
  readonly ram: readonly AddressRange[];
  /** What all its CPUs together may use of one physical CPU, to each the same part; Infinity: no cap. */
  readonly capacity: number;
  /** Seconds of one physical CPU that may be saved up beyond the usual, and are there at the start. */
  readonly credit?: number;
  readonly board: (host: BoardHost) => Board;
  /** Its provider has no nested paging. */
  readonly shadowPaging?: boolean;
  /** What CPUID answers before the flavour has its say. */
  cpuid(cpu: number, leaf: number, subleaf: number): CpuidResult;
  readonly epochNanoseconds: bigint;
}

/** CPUID leaf 1 ECX: a hypervisor is present. */
const HYPERVISOR_PRESENT = 0x8000_0000;

export class Instance {
  readonly memory: ContainerMemory;
  readonly computer: Computer;
  /** Exits by reason. */
  readonly ledger = new Ledger();
  /** Told of every exit, if set: the CPU that left, why, and the cycles it was charged. */
  onExit: ((cpu: number, reason: ExitReason, cycles: Cycles) => void) | undefined;
  readonly #stolen: Cycles[];
  readonly #flavour: ReturnType<FlavourFactory>;

  constructor(
    host: HostMachine,
    readonly spec: InstanceSpec,
    flavour: FlavourFactory,
    /** A CPU that slept wants to be run. */
    woken: (cpu: number) => void,
  ) {
    this.memory = host.virtualization.createMemory(spec.ram);
    this.#stolen = Array.from({ length: spec.cpus }, () => 0);
    this.#flavour = flavour({
      memory: this.memory,
      ram: spec.ram,
      wake: woken,
      frequency: host.frequency,
      cpus: spec.cpus,
      epochNanoseconds: spec.epochNanoseconds,
      computer: () => this.computer,
      stolen: (cpu) => this.stolen(cpu),
      end: (outcome) => this.computer.end(outcome),
    });
    this.computer = host.virtualization.createComputer({
      memory: this.memory,
      cpus: spec.cpus,
      frequency: host.frequency,
      board: spec.board,
      shadowPaging: spec.shadowPaging ?? false,
      cpuid: (cpu, leaf, subleaf) => marked(leaf, spec.cpuid(cpu, leaf, subleaf)),
      intercept: {
        exit: (cpu, reason) => {
          const cycles = COSTS.exit.cycles + COSTS[EXIT_COST[reason]].cycles;
          this.ledger.count(reason, cycles);
          this.onExit?.(cpu, reason, cycles);
          this.computer.machine.cpus[cpu]?.charge(cycles);
        },
        cpuid: (cpu, leaf, subleaf) => this.#flavour.cpuid(cpu, leaf, subleaf),
        readMsr: (cpu, msr) => this.#flavour.readMsr(cpu, msr),
        writeMsr: (cpu, msr, value) => this.#flavour.writeMsr(cpu, msr, value),
        woken,
        call: (cpu, registers) => this.#flavour.call(cpu, registers),
      },
    });
  }

  get name(): string {
    return this.spec.name;
  }

  get ended(): Outcome | undefined {
    return this.computer.ended;
  }

  /** Cycles for which CPU `cpu` was runnable and did not run. */
  stolen(cpu: number): Cycles {
    return this.#stolen[cpu] ?? 0;
  }

  /** The CPU wanted to run and did not until `to`. */
  steal(cpu: number, to: Cycles): void {
    const clock = this.computer.machine.cpus[cpu]?.now() ?? to;
    if (to > clock) this.#stolen[cpu] = (this.#stolen[cpu] ?? 0) + to - clock;
    this.computer.advanceClock(cpu, to);
  }

  /** Runs one CPU; see {@link Computer.runCpu}. */
  run(cpu: number, until: Cycles): Cycles {
    this.#flavour.scheduled?.(cpu);
    return this.computer.runCpu(cpu, until);
  }

  release(): void {
    for (const context of this.computer.contexts) context.release();
    this.memory.release();
  }
}

const marked = (leaf: number, result: CpuidResult): CpuidResult =>
  leaf === 1 ? { ...result, ecx: result.ecx | HYPERVISOR_PRESENT } : result;
