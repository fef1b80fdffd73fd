// FLDENV, FNSTENV, FNSAVE, FRSTOR: the x87 state in memory, in formats by operand size and mode (SDM vol. 1 §8.1.10).
import { Offset } from '../gen/offsets';
import { linear } from '../operands';
import { probe, read16, read64, write16, write64 } from '../memory';
import { opSize } from '../state';
import { environmentBytes, readEnvironment, setFcw, writeEnvironment } from '../x87-image';
import { fcw, initialise, physical, registerAt, x87Present, x87Ready } from '../x87';

/** REX.W does not matter: there is no 64-bit format. */
@inline function wide(): bool { return opSize() != 2; }

/** The registers follow the environment, ST(0) first, ten bytes each. */
const REGISTERS_BYTES: u32 = 80;

export function fnstenv(): void {
  if (!x87Present()) return;
  const size = environmentBytes(wide()), a = linear(size, true);
  if (!probe(a, size, true)) return;
  writeEnvironment(a, wide());
  // All exceptions are masked from here on.
  setFcw(fcw() | 0x3f);
}

export function fldenv(): void {
  if (!x87Ready()) return;
  const size = environmentBytes(wide()), a = linear(size, false);
  if (probe(a, size, false)) readEnvironment(a, wide());
}

export function fnsave(): void {
  if (!x87Present()) return;
  const size = environmentBytes(wide()), a = linear(size + REGISTERS_BYTES, true);
  if (!probe(a, size + REGISTERS_BYTES, true)) return;
  writeEnvironment(a, wide());
  for (let i: u32 = 0; i < 8; i++) {
    const at = registerAt(physical(i)), to = a + size + i * 10;
    write64(to, load<u64>(at, Offset.fpr));
    write16(to + 8, load<u16>(at, Offset.fpr + 8));
  }
  initialise();
}

export function frstor(): void {
  if (!x87Ready()) return;
  const size = environmentBytes(wide()), a = linear(size + REGISTERS_BYTES, false);
  if (!probe(a, size + REGISTERS_BYTES, false)) return;
  readEnvironment(a, wide());
  for (let i: u32 = 0; i < 8; i++) {
    const at = registerAt(physical(i)), from = a + size + i * 10;
    store<u64>(at, read64(from), Offset.fpr);
    store<u16>(at, <u16>read16(from + 8), Offset.fpr + 8);
  }
}
