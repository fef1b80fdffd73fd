/** What answers at the ports and device addresses of a computer: the plug between CPUs and devices. */
import type { Cycles } from './addresses.ts';

export interface Board {
  /** Unclaimed reads answer all ones and are counted. `cpu` is the index of the CPU that accesses. */
  readPort(cpu: number, port: number, width: 1 | 2 | 4): number;
  writePort(cpu: number, port: number, width: 1 | 2 | 4, value: number): void;
  readDevice(cpu: number, address: number, width: number): bigint;
  writeDevice(cpu: number, address: number, width: number, value: bigint): void;
  /** Undefined, false: not this board's register. */
  readMsr(cpu: number, msr: number): bigint | undefined;
  writeMsr(cpu: number, msr: number, value: bigint): boolean;
  /** The highest pending vector is taken; -1 when none is. */
  acknowledgeInterrupt(cpu: number): number;
  /** CR8 (task priority) of a CPU, 0-15. */
  readTaskPriority(cpu: number): number;
  writeTaskPriority(cpu: number, value: number): void;
  /** When the next device event is due (Infinity: none), and doing what is due at `now`. */
  nextEvent(): Cycles;
  advance(now: Cycles): void;
}

/** What a board may ask of the computer it is on. Given to its constructor. */
export interface BoardHost {
  /** The clock as the accessing CPU, or the device event being served, sees it. */
  now(): Cycles;
  readonly frequency: number;
  readonly cpuCount: number;
  /** Offers or withdraws an external interrupt at a CPU. */
  interrupt(cpu: number, offered: boolean): void;
  nmi(cpu: number): void;
  /** The task priority of a CPU (0-15) was changed through its APIC: CR8 shows it, too. */
  taskPriority(cpu: number, value: number): void;
  init(cpu: number): void;
  startUp(cpu: number, vector: number): void;
  /** Device access to memory (bus mastering). */
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
  /** The computer ends: the run returns with this outcome. */
  end(outcome: Outcome): void;
}

export type Outcome =
  | { kind: 'power-off' }
  | { kind: 'reset' }
  /** The debug-exit port was written; the process status is `(value << 1) | 1`. */
  | { kind: 'debug-exit'; value: number }
  | { kind: 'crash'; reason: string };
