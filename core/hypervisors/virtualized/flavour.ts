/**
 * What makes one provider's containers differ from another's: the interface that its hypervisor shows to a tenant.
 *
 * A flavour claims CPUID leaves, MSRs and calls; what it does not claim goes to the container's board, as on bare
 * hardware. It is made once per instance, so two instances share nothing.
 */
import type { Outcome } from '../../seams/board.ts';
import type { AddressRange, Computer, ContainerMemory, CpuidResult } from '../../seams/machine.ts';

/** What a flavour may use of the instance it serves. */
export interface Tenancy {
  readonly memory: ContainerMemory;
  /** Where its RAM is. */
  readonly ram: readonly AddressRange[];
  readonly frequency: number;
  readonly cpus: number;
  /** Available after the instance's computer exists; a flavour is asked nothing before. */
  computer(): Computer;
  /** Wall-clock time at virtual time zero of the instance, nanoseconds since 1970. */
  readonly epochNanoseconds: bigint;
  /** Cycles during which a CPU was runnable but did not run. */
  stolen(cpu: number): number;
  end(outcome: Outcome): void;
  /** Something outside the instance gave it work: a CPU that sleeps is to look again. */
  wake(cpu: number): void;
}

export interface Flavour {
  readonly name: 'xen' | 'kvm';
  /** Undefined: not claimed. Leaf 1 arrives with the board's answer and may be changed (the hypervisor bit). */
  cpuid(cpu: number, leaf: number, subleaf: number): CpuidResult | undefined;
  readMsr(cpu: number, msr: number): bigint | undefined;
  writeMsr(cpu: number, msr: number, value: bigint): boolean;
  /** VMCALL or VMMCALL by ring 0; the registers are in encoding order and may be changed. */
  call(cpu: number, registers: BigUint64Array): boolean;
  /** Called after a CPU of the instance was scheduled again: shared pages with times are brought up to date. */
  scheduled?(cpu: number): void;
}

export type FlavourFactory = (tenancy: Tenancy) => Flavour;
