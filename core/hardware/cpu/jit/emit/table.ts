/** All emitters by row: "NAME operands" where operand patterns differ, else "NAME", or "=handler".
 * A row that is absent calls its handler. */
import type { Emitter } from '../instruction.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { BITS } from './bits.ts';
import { CONTROL } from './control.ts';
import { FLAGS } from './flags.ts';
import { MOVES } from './moves.ts';
import { MULTIPLY } from './multiply.ts';
import { SHIFTS } from './shifts.ts';
import { VECTORS } from './vectors.ts';

export const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  ...ARITHMETIC,
  ...MOVES,
  ...CONTROL,
  ...SHIFTS,
  ...MULTIPLY,
  ...BITS,
  ...FLAGS,
  ...VECTORS,
]);
