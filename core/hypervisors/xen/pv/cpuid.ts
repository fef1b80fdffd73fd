/** The CPU that a paravirtual domain is shown: the machine's, without what its kernel cannot use, and the hypervisor's own leaves. */
import type { Cpu, CpuidResult } from '../../../seams/machine.ts';
import type { Clock } from '../../common/timekeeping.ts';

const bit = (...numbers: number[]): number => numbers.reduce((mask, number) => mask | (1 << number), 0);

/** Leaf 1, ECX: DTES64 MONITOR DSCPL VMX SMX EIST TM2 CNXTID SDBG PDCM PCID DCA X2APIC TSC_DEADLINE XSAVE OSXSAVE AVX F16C (without XSAVE). */
const HIDDEN_1C = bit(2, 3, 4, 5, 6, 7, 8, 10, 11, 15, 17, 18, 21, 24, 26, 27, 28, 29, 12);
/** Leaf 1, EDX: VME PSE APIC MTRR PGE PSE36 DS ACPI SS TM PBE. */
const HIDDEN_1D = bit(1, 3, 9, 12, 13, 17, 21, 22, 27, 29, 31);
/** Leaf 7, EBX: FSGSBASE TSC_ADJUST SMEP INVPCID MPX and all that needs XSAVE (AVX2, AVX512*), SMAP, PT. */
const HIDDEN_7B = bit(0, 1, 5, 7, 10, 12, 14, 15, 16, 17, 20, 21, 25, 26, 27, 28, 30, 31);
/** Leaf 7, EDX, what a domain may use: FSRM MD_CLEAR IBRS STIBP ARCH_CAPABILITIES SSBD. */
const SHOWN_7D = bit(4, 10, 26, 27, 29, 31);
/** Leaf 7, subleaf 2, EDX: PSFD IPRED_CTRL RRSBA_CTRL DDP_CTRL BHI_CTRL MCDT_NO. */
const SHOWN_72D = bit(0, 1, 2, 3, 4, 5);
const LAST_OF_7 = 2;
/** 0x80000001, ECX: SVM EXTAPIC OSVW IBS SKINIT WDT LWP NODEID PERFCTR MWAITX, XOP FMA4 (without XSAVE). */
const HIDDEN_E1C = bit(2, 3, 9, 10, 11, 12, 13, 15, 16, 19, 22, 23, 24, 28, 29);
/** 0x80000001, EDX: as leaf 1, and 1 GiB pages, RDTSCP. */
const HIDDEN_E1D = bit(1, 3, 9, 12, 13, 17, 26, 27);

const HYPERVISOR_BIT = bit(31);
const INVARIANT_TSC = bit(8);
const SIGNATURE = { ebx: 0x566e_6558, ecx: 0x6558_4d4d, edx: 0x4d4d_566e };
const BASE = 0x4000_0000;
const LAST = 5;
const NOTHING: CpuidResult = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** 4.17. */
export const XEN_VERSION = { major: 4, minor: 17 } as const;

const hypervisorLeaf = (leaf: number, subleaf: number, clock: Clock): CpuidResult => {
  switch (leaf - BASE) {
    case 0:
      return { eax: BASE + LAST, ...SIGNATURE };
    case 1:
      return { ...NOTHING, eax: XEN_VERSION.major * 0x1_0000 + XEN_VERSION.minor };
    case 2:
      // One hypercall page, the MSR that fills it, and MMU_PT_UPDATE_PRESERVE_AD.
      return { eax: 1, ebx: BASE, ecx: 1, edx: 0 };
    case 3: {
      const kilohertz = Math.round(clock.frequency / 1000);
      if (subleaf === 0) return { eax: bit(1), ebx: 0, ecx: kilohertz, edx: 0 };
      if (subleaf === 1) return { eax: 0, ebx: 0, ecx: clock.rate.multiplier, edx: clock.rate.shift };
      return { ...NOTHING, eax: subleaf === 2 ? kilohertz : 0 };
    }
    case 5:
      // 40 bits of machine address: grant tables of version 1 suffice.
      return { ...NOTHING, ebx: 40 };
    default:
      return NOTHING;
  }
};

/** What CPUID answers a vCPU numbered `vcpu` of a paravirtual domain, whichever way it asks. */
export const guestCpuid = (cpu: Cpu, clock: Clock, vcpu: number, leaf: number, subleaf: number): CpuidResult => {
  if (leaf >= BASE && leaf <= BASE + 0xff) return hypervisorLeaf(leaf, subleaf, clock);
  if (leaf >= BASE && leaf < 0x5000_0000) return NOTHING;
  const own = cpu.cpuid(leaf, subleaf);
  switch (leaf) {
    case 1:
      return {
        eax: own.eax,
        ebx: (own.ebx & 0x0000_ffff) | 0x1_0000 | (vcpu << 25),
        ecx: ((own.ecx & ~HIDDEN_1C) | HYPERVISOR_BIT) >>> 0,
        edx: (own.edx & ~HIDDEN_1D) >>> 0,
      };
    case 4:
      // Caches as they are, one thread per cache and per package.
      return { ...own, eax: own.eax & 0x3fff };
    case 5: // monitor
    case 6: // thermal
    case 9: // direct cache access
    case 0xa: // performance counters
    case 0xb: // topology
    case 0xd: // extended states
    case 0xf:
    case 0x10:
    case 0x12:
    case 0x14:
    case 0x1f:
      return NOTHING;
    case 7:
      if (subleaf === LAST_OF_7) return { ...NOTHING, edx: (own.edx & SHOWN_72D) >>> 0 };
      if (subleaf !== 0) return NOTHING;
      return { eax: Math.min(own.eax, LAST_OF_7), ebx: (own.ebx & ~HIDDEN_7B) >>> 0, ecx: 0, edx: (own.edx & SHOWN_7D) >>> 0 };
    case 0x8000_0001:
      return { ...own, ecx: (own.ecx & ~HIDDEN_E1C) >>> 0, edx: (own.edx & ~HIDDEN_E1D) >>> 0 };
    case 0x8000_0007:
      return { ...NOTHING, edx: INVARIANT_TSC };
    case 0x8000_0008:
      // Address widths; one core.
      return { eax: own.eax & 0xffff, ebx: 0, ecx: 0, edx: 0 };
    case 0x8000_000a:
      return NOTHING;
    default:
      return own;
  }
};
