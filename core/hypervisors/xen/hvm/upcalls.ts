/**
 * How a container hears of its events: a vector of each vCPU's own through its local APIC, one vector for all that passes
 * it by, or the interrupt line of the platform device (HVM_PARAM_CALLBACK_IRQ and HVMOP_set_evtchn_upcall_vector).
 */
import { CallbackVia } from '../../../abi/xen/hvm.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import type { UpcallPins, UpcallSource } from '../../../seams/upcalls.ts';
import type { HvmDomain } from './domain.ts';
import type { HvmVcpu } from './vcpu.ts';

const PAYLOAD = (1n << CallbackVia.TYPE_SHIFT) - 1n;

export class Upcalls implements UpcallSource {
  private type: number = CallbackVia.gsi;
  private vector = 0;
  /** The line of the platform device is asserted. */
  private asserted = false;
  /** Upcalls announced, by way. */
  readonly counts = { apic: 0, vector: 0, line: 0 };

  constructor(private readonly domain: HvmDomain) {}

  connect(pins: UpcallPins): void {
    this.domain.xen.pins = pins;
    this.domain.begin();
  }

  private get pins(): UpcallPins | undefined {
    return this.domain.xen.pins;
  }

  /** HVM_PARAM_CALLBACK_IRQ was written. */
  setVia(value: bigint): void {
    this.type = Number(value >> CallbackVia.TYPE_SHIFT);
    this.vector = this.type === CallbackVia.vector ? Number(value & PAYLOAD & 0xffn) : 0;
    this.settle();
    // What is pending already is announced the new way.
    for (const vcpu of this.domain.vcpus) if (vcpu.upcallVector === 0 && vcpu.upcallPending) this.raise(vcpu);
  }

  /** upcall_pending of a vCPU was set. */
  raise(vcpu: HvmVcpu): void {
    if (vcpu.upcallVector !== 0) {
      this.counts.apic += 1;
      this.pins?.deliver(vcpu.id, vcpu.upcallVector);
    } else if (this.type === CallbackVia.vector) {
      this.counts.vector += 1;
      this.pins?.offer(vcpu.id, true);
    } else if (this.type === CallbackVia.pciIntx && vcpu.id === 0) this.line(true);
  }

  private line(level: boolean): void {
    if (level === this.asserted) return;
    this.asserted = level;
    if (level) this.counts.line += 1;
    this.pins?.setPin(level);
  }

  /** The line is a level: it falls when the guest has cleared upcall_pending of its first vCPU. */
  settle(): void {
    if (!this.asserted) return;
    if (this.type !== CallbackVia.pciIntx || this.domain.vcpus[0]?.upcallPending !== true) this.line(false);
  }

  acknowledge(cpu: number): number {
    const vcpu = this.domain.vcpus[cpu];
    return this.type === CallbackVia.vector && vcpu?.upcallVector === 0 && vcpu.upcallPending ? this.vector : -1;
  }

  nextEvent(): Cycles {
    return this.domain.xen.timers.next;
  }

  advance(now: Cycles): void {
    this.domain.xen.timers.run(now);
  }
}
