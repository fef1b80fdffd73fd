// Which NaN an x87 instruction delivers (SDM vol. 1 §4.8.3.5, table 4-7), and encodings it refuses.
import { copyNumber, Exception, highOf, invalid, Kind, kindOf, isNan, LEFT, N, RESULT, RIGHT, signal, signOf } from './softfloat';

/**
 * RESULT from LEFT and RIGHT, of which one is a NaN or an unsupported encoding (that is an invalid operation by itself).
 * A quiet NaN wins over a signalling one; of two of a kind the one with the larger significand; of equal ones the positive.
 */
export function chooseNan(): void {
  const a = kindOf(LEFT), b = kindOf(RIGHT);
  if (a == Kind.unsupported || b == Kind.unsupported) {
    invalid();
    return;
  }
  if (a == Kind.signalling || b == Kind.signalling) signal(Exception.invalid);
  let left: bool;
  if (!isNan(RIGHT)) left = true;
  else if (!isNan(LEFT)) left = false;
  else if (a != b) left = a == Kind.quiet;
  else left = highOf(LEFT) > highOf(RIGHT) || (highOf(LEFT) == highOf(RIGHT) && !signOf(LEFT));
  deliver(left ? LEFT : RIGHT);
}

/** RESULT from LEFT alone, which is a NaN or unsupported. */
export function quietLeft(): void {
  if (kindOf(LEFT) == Kind.unsupported) {
    invalid();
    return;
  }
  if (kindOf(LEFT) == Kind.signalling) signal(Exception.invalid);
  deliver(LEFT);
}

function deliver(from: usize): void {
  copyNumber(RESULT, from);
  store<u32>(RESULT, Kind.quiet, N.kind);
  store<u64>(RESULT, highOf(RESULT) | 0x4000_0000_0000_0000, N.high);
}
