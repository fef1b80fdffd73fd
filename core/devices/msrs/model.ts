/** Model-specific registers of each processor, from their table; those of the local APIC come from there. */

import type { MsrRow } from '../../abi/x86/msr.table.ts';
import { MSR_PLATFORM_INFO, MSRS } from '../../abi/x86/msr.table.ts';
import { APIC_BASE_MSR, TSC_DEADLINE_MSR, X2APIC_MSR } from '../lapic/registers.table.ts';
import { Unclaimed } from '../unclaimed.ts';

/** Registers that live in the local APICs. */
export interface ApicRegisters {
  readBase(cpu: number): number;
  writeBase(cpu: number, value: bigint): boolean;
  readX2apic(cpu: number, msr: number): bigint | undefined;
  writeX2apic(cpu: number, msr: number, value: bigint): boolean;
  readDeadline(cpu: number): bigint;
  writeDeadline(cpu: number, value: bigint): void;
}

const ROWS: ReadonlyMap<number, MsrRow> = new Map(MSRS.map((row) => [row.number, row]));

export class ModelSpecificRegisters {
  /** Accesses to registers that do not exist, by number. */
  readonly unclaimed = new Unclaimed();
  private readonly values: readonly Map<number, bigint>[];

  constructor(
    cpus: number,
    frequency: number,
    private readonly apics: ApicRegisters,
  ) {
    // The ratio that software multiplies with a bus clock of 100 MHz.
    const ratio = BigInt(Math.max(1, Math.round(frequency / 100_000_000))) << 8n;
    this.values = Array.from({ length: cpus }, () => new Map([[MSR_PLATFORM_INFO, ratio]]));
  }

  /** Undefined: the access faults. */
  read(cpu: number, msr: number): bigint | undefined {
    if (msr === APIC_BASE_MSR.number) return BigInt(this.apics.readBase(cpu));
    if (msr === TSC_DEADLINE_MSR) return this.apics.readDeadline(cpu);
    if (msr >= X2APIC_MSR.first && msr <= X2APIC_MSR.last) return this.apics.readX2apic(cpu, msr);
    const row = ROWS.get(msr);
    if (row === undefined || row.access === 'w') return this.count(msr);
    return this.values[cpu]?.get(msr) ?? row.reset;
  }

  /** False: the access faults. */
  write(cpu: number, msr: number, value: bigint): boolean {
    if (msr === APIC_BASE_MSR.number) return this.apics.writeBase(cpu, value);
    if (msr === TSC_DEADLINE_MSR) {
      this.apics.writeDeadline(cpu, value);
      return true;
    }
    if (msr >= X2APIC_MSR.first && msr <= X2APIC_MSR.last) return this.apics.writeX2apic(cpu, msr, value);
    const row = ROWS.get(msr);
    if (row === undefined || row.access === 'r') {
      this.count(msr);
      return false;
    }
    if (row.writable !== undefined && (value & ~row.writable) !== 0n) return false;
    if (row.access === 'rw') this.values[cpu]?.set(msr, value);
    return true;
  }

  private count(msr: number): undefined {
    this.unclaimed.note(msr);
    return undefined;
  }
}
