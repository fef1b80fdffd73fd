/** The tour as a kernel that a domain can be built from. */
import type { PvKernel } from '../../seams/hypervisor.ts';
import { TOUR } from './tour.table.ts';

const BASE = 0xffff_ffff_8000_0000n;
const code = Uint8Array.from(TOUR.flatMap(([bytes]) => (bytes.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))));

export const TOUR_KERNEL: PvKernel = {
  segments: [{ address: 0x1000, bytes: code, size: 0x2_0000 }],
  entry: BASE + 0x1000n,
  virtualBase: BASE,
  physicalOffset: 0n,
  hypercallPage: undefined,
  initialP2m: 0x80_0000_0000n,
  moduleByFrame: true,
  features: '',
};
