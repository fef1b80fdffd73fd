// FXSAVE, FXRSTOR, LDMXCSR, STMXCSR (SDM vol. 1 §10.5, §10.2.3).
//
//   +0 FCW  +2 FSW  +4 abridged FTW (byte)  +6 FOP  +8 FIP  +16 FDP  +24 MXCSR  +28 MXCSR_MASK
//   +32 ST(0)..ST(7), 16 bytes each, ten used   +160 XMM0..XMM15 (outside 64-bit mode XMM0..XMM7)
// FIP and FDP are 64 bits wide with REX.W, else 32 bits and a selector, which is zero here. Bytes from 416 on are not written.
import { Offset } from '../gen/offsets';
import { linear } from '../operands';
import { POISON, probe, read16, read32, read64, read8, write32, write64 } from '../memory';
import { faulted, raise, raiseGp, Vector } from '../raise';
import { canonical, Cr0, cpu, cr0, is64, opSize } from '../state';
import { readVector, setXmm, sseReady, writeVector, xmm } from '../vector-operands';
import { abridgedTags, setAbridgedTags, setFcw, setStatusWord } from '../x87-image';
import { fcw, fsw, physical, registerAt } from '../x87';

/** Every bit of MXCSR that exists: DAZ is one of them. */
export const MXCSR_MASK: u32 = 0xffff;
const IMAGE_BYTES: u32 = 512;

/** Neither form raises #UD or looks at pending exceptions. */
function ready(): bool {
  if ((cr0() & (Cr0.em | Cr0.ts)) == 0) return true;
  raise(Vector.nm);
  return false;
}
/** Linear address of the image: an address that is not canonical is found before one that is not aligned. */
function image(write: bool): u64 {
  const a = linear(IMAGE_BYTES, write);
  if ((a & 15) == 0 || !canonical(a)) return a;
  raiseGp();
  return POISON;
}
@inline function registers(): u32 { return is64() ? 16 : 8; }

export function fxsave(): void {
  if (!ready()) return;
  const a = image(true);
  if (!probe(a + (IMAGE_BYTES - 1), 1, true) || !probe(a, IMAGE_BYTES, true)) return;
  saveX87(a, opSize() == 8);
  write32(a + 24, load<u32>(cpu, Offset.mxcsr));
  write32(a + 28, MXCSR_MASK);
  const count = registers();
  for (let i: u32 = 0; i < count; i++) writeVector(a + 160 + (i << 4), xmm(i));
}

export function fxrstor(): void {
  if (!ready()) return;
  const a = image(false);
  // Processors look at the end first.
  if (!probe(a + (IMAGE_BYTES - 1), 1, false) || !probe(a, IMAGE_BYTES, false)) return;
  const mxcsr = <u32>read32(a + 24);
  if (mxcsr & ~MXCSR_MASK) {
    raiseGp();
    return;
  }
  store<u32>(cpu, mxcsr, Offset.mxcsr);
  loadX87(a, opSize() == 8);
  const count = registers();
  for (let i: u32 = 0; i < count; i++) setXmm(i, readVector(a + 160 + (i << 4)));
}

/** The first 24 bytes and the registers of the image. */
export function saveX87(a: u64, wide: bool): void {
  const fip = load<u64>(cpu, Offset.fip), fdp = load<u64>(cpu, Offset.fdp), fop = <u64>load<u16>(cpu, Offset.fop);
  write64(a, <u64>fcw() | <u64>fsw() << 16 | <u64>abridgedTags() << 32 | fop << 48);
  write64(a + 8, wide ? fip : fip & 0xffff_ffff);
  write64(a + 16, wide ? fdp : fdp & 0xffff_ffff);
  for (let i: u32 = 0; i < 8; i++) {
    const at = registerAt(physical(i)), to = a + 32 + (i << 4);
    write64(to, load<u64>(at, Offset.fpr));
    write64(to + 8, load<u16>(at, Offset.fpr + 8));
  }
}

export function loadX87(a: u64, wide: bool): void {
  setFcw(<u32>read16(a));
  setStatusWord(<u32>read16(a + 2));
  setAbridgedTags(<u32>read8(a + 4));
  store<u16>(cpu, <u16>read16(a + 6) & 0x7ff, Offset.fop);
  store<u64>(cpu, wide ? read64(a + 8) : read32(a + 8), Offset.fip);
  store<u64>(cpu, wide ? read64(a + 16) : read32(a + 16), Offset.fdp);
  for (let i: u32 = 0; i < 8; i++) {
    const at = registerAt(physical(i)), from = a + 32 + (i << 4);
    store<u64>(at, read64(from), Offset.fpr);
    store<u16>(at, <u16>read16(from + 8), Offset.fpr + 8);
  }
}

export function ldmxcsr(): void {
  if (!sseReady()) return;
  const value = <u32>read32(linear(4, false));
  if (faulted()) return;
  if (value & ~MXCSR_MASK) raiseGp();
  else store<u32>(cpu, value, Offset.mxcsr);
}
export function stmxcsr(): void { if (sseReady()) write32(linear(4, true), load<u32>(cpu, Offset.mxcsr)); }
