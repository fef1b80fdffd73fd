/** The leaves by which a container finds Xen. */
import { HvmCpuid, XEN_LEAF_BASE, XEN_SIGNATURE } from '../../../abi/xen/hvm.table.ts';
import type { CpuidResult } from '../../../seams/machine.ts';
import type { Clock } from '../../common/timekeeping.ts';
import { XEN_VERSION } from '../pv/cpuid.ts';
import { CONTAINER } from './domain.ts';

const LAST = 5;
const NOTHING: CpuidResult = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
/** Leaf 3, EAX: the host's counter is reliable. */
const HOST_TSC_RELIABLE = 2;

/** The MSR that fills the hypercall page. */
export const HYPERCALL_MSR = XEN_LEAF_BASE;

/** Undefined: not a leaf of Xen's. */
export const hvmCpuid = (vcpu: number, leaf: number, subleaf: number, clock: Clock): CpuidResult | undefined => {
  if (leaf < XEN_LEAF_BASE || leaf > XEN_LEAF_BASE + 0xff) return undefined;
  switch (leaf - XEN_LEAF_BASE) {
    case 0:
      return { eax: XEN_LEAF_BASE + LAST, ...XEN_SIGNATURE };
    case 1:
      return { ...NOTHING, eax: XEN_VERSION.major * 0x1_0000 + XEN_VERSION.minor };
    case 2:
      return { ...NOTHING, eax: 1, ebx: HYPERCALL_MSR };
    case 3: {
      const kilohertz = Math.round(clock.frequency / 1000);
      if (subleaf === 0) return { ...NOTHING, eax: HOST_TSC_RELIABLE, ecx: kilohertz };
      if (subleaf === 1) return { ...NOTHING, ecx: clock.rate.multiplier, edx: clock.rate.shift };
      return { ...NOTHING, eax: subleaf === 2 ? kilohertz : 0 };
    }
    case 4:
      return {
        ...NOTHING,
        eax: HvmCpuid.VCPU_ID_PRESENT | HvmCpuid.DOMID_PRESENT | HvmCpuid.UPCALL_VECTOR,
        ebx: vcpu,
        ecx: CONTAINER,
      };
    default:
      return NOTHING;
  }
};
