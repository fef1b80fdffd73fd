/** Finds out what is below a machine, the way software on real hardware does: it asks CPUID. */
import { Leaf, SIGNATURE } from '../../abi/kvm/kvm.table.ts';
import { XEN_SIGNATURE } from '../../abi/xen/hvm.table.ts';
import { type Below, nothingBelow } from '../../seams/below.ts';
import type { Machine } from '../../seams/machine.ts';
import { belowKvm } from './below-kvm.ts';
import { belowXen } from './below-xen.ts';

/** CPUID leaf 1 ECX: a hypervisor is present, and the leaves from 0x4000_0000 on are its own. */
const HYPERVISOR_PRESENT = 0x8000_0000;
/** Hypervisors that imitate another one show their own leaves at the next multiple. */
const BASES = Array.from({ length: 16 }, (_, index) => Leaf.signature + 0x100 * index);

interface Kind {
  readonly signature: { readonly ebx: number; readonly ecx: number; readonly edx: number };
  make(machine: Machine, base: number): Below;
}

const KINDS: readonly Kind[] = [
  { signature: SIGNATURE, make: belowKvm },
  { signature: XEN_SIGNATURE, make: belowXen },
];

/** The layer below `machine`; on bare hardware {@link nothingBelow}. */
export function probe(machine: Machine): Below {
  const cpu = machine.cpus[0];
  if (cpu === undefined || !(cpu.cpuid(1, 0).ecx & HYPERVISOR_PRESENT)) return nothingBelow;
  for (const base of BASES) {
    const { ebx, ecx, edx } = cpu.cpuid(base, 0);
    const kind = KINDS.find(({ signature }) => signature.ebx === ebx && signature.ecx === ecx && signature.edx === edx);
    if (kind !== undefined) return kind.make(machine, base);
  }
  return nothingBelow;
}
