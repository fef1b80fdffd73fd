// INT n, INT3, INTO, INT1 (SDM vol. 2, INT n; vol. 3, 6.4.4).
import { deliverSoftware, Software } from '../deliver';
import { virtual8086 } from '../descriptors';
import { overflow } from '../flags';
import { raiseGp, Vector } from '../raise';
import { opImmediate } from '../state';
import { mayMask } from './iret';

export function int_Ib(): void {
  // Virtual-8086 mode: with IOPL below 3 the monitor decides (SDM vol. 3, 21.2.7).
  if (virtual8086() && !mayMask()) raiseGp();
  else deliverSoftware(<u32>opImmediate() & 0xff, Software.int);
}
export function int3(): void { deliverSoftware(Vector.bp, Software.int3); }
export function into(): void { if (overflow()) deliverSoftware(Vector.of_, Software.into); }
export function int1(): void { deliverSoftware(Vector.db, Software.int1); }
