/** The Xen flavour of a container: CPUID leaves, the hypercall page, hypercalls, and the domain behind them. */
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import { invariant } from '../../../base/bug.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { DomainRings } from '../../../seams/hypervisor.ts';
import type { Platform } from '../../../seams/platform.ts';
import type { UpcallSource } from '../../../seams/upcalls.ts';
import type { FlavourFactory } from '../../virtualized/flavour.ts';
import { platformOf } from '../native/platform.ts';
import { ControlDomain } from './control.ts';
import { HYPERCALL_MSR, hvmCpuid } from './cpuid.ts';
import { HvmDomain } from './domain.ts';
import { HvmHost } from './host.ts';
import { isWide, serveHvm } from './hypercall.ts';
import { publishHvmRunstate } from './runstate.ts';
import type { HvmStatistics } from './statistics.ts';

/** A container in the hands of the provider's control domain. */
export interface HvmGuest {
  readonly id: number;
  readonly rings: DomainRings;
  /** What the back ends work with. */
  readonly platform: Platform;
  readonly upcalls: UpcallSource;
  readonly statistics: HvmStatistics;
  /** Cycles that the control domain worked for the container. */
  readonly controlCycles: number;
}

export interface XenHvmOptions {
  readonly uuid: Uint8Array;
  /** What the container writes to the emergency console. */
  readonly emergency?: (bytes: Uint8Array) => void;
  /** Called when the container's domain is made, before its board is. */
  readonly made: (guest: HvmGuest) => void;
}

/** The instruction the page's stubs execute; the processors the provider rents out are Intel's. */
const VMCALL = [0x0f, 0x01, 0xc1];
const STUB_SIZE = 32;
const IRET = 23;
const UD2 = [0x0f, 0x0b];

/** mov eax, number; vmcall; ret */
const hypercallPage = (): Uint8Array => {
  const page = new Uint8Array(4096);
  for (const { number } of HYPERCALLS)
    page.set(number === IRET ? UD2 : [0xb8, number, 0, 0, 0, ...VMCALL, 0xc3], number * STUB_SIZE);
  return page;
};

export const xenHvm =
  (options: XenHvmOptions): FlavourFactory =>
  (tenancy) => {
    const host = new HvmHost(tenancy);
    host.onConsole = options.emergency;
    const control = new ControlDomain(host);
    const domain = new HvmDomain(host, options.uuid, tenancy.cpus);
    options.made({
      id: domain.id,
      rings: domain.rings,
      platform: platformOf(control),
      upcalls: domain.upcalls,
      statistics: domain.statistics,
      get controlCycles() {
        return control.used;
      },
    });
    return {
      name: 'xen',
      cpuid: (cpu, leaf, subleaf) => hvmCpuid(cpu, leaf, subleaf, host.clock),
      readMsr: (_cpu, msr) => (msr === HYPERCALL_MSR ? 0n : undefined),
      writeMsr: (cpu, msr, value) => {
        if (msr !== HYPERCALL_MSR) return false;
        const address = Number(value & ~0xfffn);
        if ((value & 0xfffn) !== 0n || !host.isRam(address)) return false;
        tenancy.memory.bytes((address / 4096) as MachineFrame, 'write').set(hypercallPage());
        const context = tenancy.computer().contexts[cpu];
        if (context !== undefined) domain.latchWidth(isWide(context) ? 64 : 32);
        return true;
      },
      call: (cpu, registers) => {
        const vcpu = domain.vcpus[cpu];
        const context = tenancy.computer().contexts[cpu];
        invariant(vcpu !== undefined && context !== undefined, `the container has no CPU ${cpu}`);
        serveHvm(vcpu, context, registers);
        return true;
      },
      scheduled: (cpu) => {
        const vcpu = domain.vcpus[cpu];
        if (vcpu !== undefined && tenancy.stolen(cpu) > 0) publishHvmRunstate(vcpu);
      },
    };
  };
