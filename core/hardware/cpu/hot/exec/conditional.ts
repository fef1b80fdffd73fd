// Jcc, CMOVcc, SETcc: one handler for each of the 16 conditions, so that the condition is known when it is compiled.
import { faulted } from '../raise';
import { carry, condition, overflow, parity, sign, zero } from '../flags';
import { isMemory, readE, readG, writeE, writeG } from '../operands';
import { jumpRelative } from '../branch';

export function jo(): void { if (overflow()) jumpRelative(); }
export function jno(): void { if (!overflow()) jumpRelative(); }
export function jb(): void { if (carry()) jumpRelative(); }
export function jae(): void { if (!carry()) jumpRelative(); }
export function jz(): void { if (zero()) jumpRelative(); }
export function jnz(): void { if (!zero()) jumpRelative(); }
export function jbe(): void { if (condition(6)) jumpRelative(); }
export function ja(): void { if (condition(7)) jumpRelative(); }
export function js(): void { if (sign()) jumpRelative(); }
export function jns(): void { if (!sign()) jumpRelative(); }
export function jp(): void { if (parity()) jumpRelative(); }
export function jnp(): void { if (!parity()) jumpRelative(); }
export function jl(): void { if (condition(12)) jumpRelative(); }
export function jge(): void { if (condition(13)) jumpRelative(); }
export function jle(): void { if (condition(14)) jumpRelative(); }
export function jg(): void { if (condition(15)) jumpRelative(); }

/** The source is read even if the condition is false, and a 32-bit destination is zero-extended either way. */
@inline function move<T, F>(holds: bool): void {
  const v = readE<T, F>();
  if (isMemory<F>() && faulted()) return;
  writeG<T>(holds ? v : readG<T>());
}
export function cmovo<T, F>(): void { move<T, F>(overflow() != 0); }
export function cmovno<T, F>(): void { move<T, F>(overflow() == 0); }
export function cmovb<T, F>(): void { move<T, F>(carry() != 0); }
export function cmovae<T, F>(): void { move<T, F>(carry() == 0); }
export function cmovz<T, F>(): void { move<T, F>(zero() != 0); }
export function cmovnz<T, F>(): void { move<T, F>(zero() == 0); }
export function cmovbe<T, F>(): void { move<T, F>(condition(6)); }
export function cmova<T, F>(): void { move<T, F>(condition(7)); }
export function cmovs<T, F>(): void { move<T, F>(sign() != 0); }
export function cmovns<T, F>(): void { move<T, F>(sign() == 0); }
export function cmovp<T, F>(): void { move<T, F>(parity() != 0); }
export function cmovnp<T, F>(): void { move<T, F>(parity() == 0); }
export function cmovl<T, F>(): void { move<T, F>(condition(12)); }
export function cmovge<T, F>(): void { move<T, F>(condition(13)); }
export function cmovle<T, F>(): void { move<T, F>(condition(14)); }
export function cmovg<T, F>(): void { move<T, F>(condition(15)); }

@inline function set<F>(holds: bool): void { writeE<u8, F>(<u8>holds); }
export function seto<F>(): void { set<F>(overflow() != 0); }
export function setno<F>(): void { set<F>(overflow() == 0); }
export function setb<F>(): void { set<F>(carry() != 0); }
export function setae<F>(): void { set<F>(carry() == 0); }
export function setz<F>(): void { set<F>(zero() != 0); }
export function setnz<F>(): void { set<F>(zero() == 0); }
export function setbe<F>(): void { set<F>(condition(6)); }
export function seta<F>(): void { set<F>(condition(7)); }
export function sets<F>(): void { set<F>(sign() != 0); }
export function setns<F>(): void { set<F>(sign() == 0); }
export function setp<F>(): void { set<F>(parity() != 0); }
export function setnp<F>(): void { set<F>(parity() == 0); }
export function setl<F>(): void { set<F>(condition(12)); }
export function setge<F>(): void { set<F>(condition(13)); }
export function setle<F>(): void { set<F>(condition(14)); }
export function setg<F>(): void { set<F>(condition(15)); }
