/**
 * Which segment descriptors a guest may put where the CPU reads them.
 *
 * Code and data segments are all acceptable because paging protects the hypervisor; their privilege level becomes 3.
 * System descriptors are refused: a task or call gate could leave ring 3.
 */

/** Bits of the high half of a descriptor. */
const PRESENT = 0x8000;
const SYSTEM_OFF = 0x1000;
const TYPE = 0x0f00;
const LEVEL_3 = 0x6000;

/** The high half as it is stored, or -1 if the descriptor is refused. */
export const acceptDescriptor = (high: number): number => {
  if ((high & PRESENT) === 0) return high >>> 0;
  if ((high & SYSTEM_OFF) !== 0) return (high | LEVEL_3) >>> 0;
  return (high & TYPE) === 0 ? high >>> 0 : -1;
};
