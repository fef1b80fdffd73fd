/**
 * Interrupt lines of devices as Xen programs them: pins of the I/O APIC, delivered to the local APIC of the first CPU (in
 * x2APIC mode: its registers are MSRs). A line is level-triggered and stays in service until whoever serves its devices says
 * that they are served.
 */
import { IO_APIC, REDIRECTION } from '../../abi/x86/io-apic.table.ts';
import { LOCAL_APIC_MSR } from '../../abi/x86/msr.table.ts';
import { invariant } from '../../base/bug.ts';
import type { Machine } from '../../seams/machine.ts';

/** One priority class: while a line is in service, no other of them interrupts, so the end of service is always its own. */
const VECTORS = { first: 0x40, count: 16 } as const;
/** A spurious interrupt has the lowest four bits set on every processor. */
const SPURIOUS = 0xffn;

export class InterruptLines {
  private used = 0;

  constructor(
    private readonly machine: Machine,
    private readonly vectors: Map<number, (cpu: number) => void>,
  ) {}

  /** `raised` is called in ring 0 when the line asks for attention; it is silent then until {@link end}. */
  bind(line: number, raised: () => void): void {
    invariant(this.used < VECTORS.count, 'device interrupts have sixteen vectors');
    if (this.used === 0) this.enableLocalApic();
    const vector = VECTORS.first + this.used;
    this.used += 1;
    this.vectors.set(vector, raised);
    const register = IO_APIC.redirection + 2 * line;
    this.writeIoApic(register + 1, 0);
    this.writeIoApic(register, vector | REDIRECTION.level);
  }

  /** The devices of the line in service were served. */
  end(): void {
    this.writeMsr(LOCAL_APIC_MSR.endOfInterrupt, 0n);
  }

  private enableLocalApic(): void {
    const base = this.machine.cpus[0]?.readMsr(LOCAL_APIC_MSR.base) ?? 0n;
    this.writeMsr(LOCAL_APIC_MSR.base, base | LOCAL_APIC_MSR.BASE_ENABLE | LOCAL_APIC_MSR.BASE_X2APIC);
    this.writeMsr(LOCAL_APIC_MSR.spurious, LOCAL_APIC_MSR.SPURIOUS_ENABLE | SPURIOUS);
  }

  private writeMsr(msr: number, value: bigint): void {
    const written = this.machine.cpus[0]?.writeMsr(msr, value);
    invariant(written === true, `the local APIC takes MSR 0x${msr.toString(16)}`);
  }

  private writeIoApic(register: number, value: number): void {
    this.machine.devices.write(IO_APIC.address + IO_APIC.select, 4, register);
    this.machine.devices.write(IO_APIC.address + IO_APIC.window, 4, value);
  }
}
