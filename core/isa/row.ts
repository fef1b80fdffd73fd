/**
 * What a row of the instruction tables says, in the vocabulary of Intel SDM vol. 2 (order number 325462-080).
 *
 * Rows are plain data with many readers: decoder, dispatcher, block analyser, translator, support page. A row is
 * implemented when an exported function of its handler's name exists under `hardware/cpu/hot/exec`; until then it
 * raises #UD and is counted.
 */

export interface Row {
  /** Mnemonic, upper case, as in the manual. */
  readonly name: string;
  /**
   * Encoding as the manual writes it, tokens separated by blanks:
   * - an optional mandatory prefix: `NP` (none of 66, F2, F3), `66`, `F2`, `F3`, or a VEX prefix written
   *   `VEX.<LZ|L0|L1|LIG>[.66|.F2|.F3].<0F|0F38|0F3A>[.W0|.W1]`; without one, prefixes do not choose between rows;
   * - the opcode bytes (`0F`, `0F 38` and `0F 3A` select a map); one more byte is a fixed ModRM byte, so is `C0+i`
   *   (any rm), as in `0F 01 C1` and `D8 C0+i`; `+r` behind the opcode: its low three bits are a register;
   * - `/r` or `/0`..`/7`; `mod=3`, `mod!=3` restrict the form;
   * - immediates: `ib iw id iq`, `iz` (16 or 32 bits), `iv` (16, 32 or 64), `ip` (far pointer), `io` (address-size offset);
   *   `iw ib` is ENTER's pair: the byte lies in bits 16-23;
   * - `W0`, `W1`: REX.W must be so.
   */
  readonly code: string;
  /** Operand letters of vol. 2 appendix A, destination first, separated by commas. */
  readonly operands?: string;
  /** Name of the function in `hot/exec`; the mnemonic in lower case unless given. */
  readonly handler?: string;
  /** The row exists only in 64-bit mode, or only outside it. */
  readonly mode?: '64' | 'legacy';
  /**
   * How the operand size is found; derived from the operand letters unless given.
   * `v`: 2, 4, 8 by prefixes; `y`: 4 or 8 (REX.W); `d64`: as v but 8 is the default in 64-bit mode, 4 impossible;
   * `f64`: as d64 and 66 is ignored in 64-bit mode; `b w d q`: fixed.
   */
  readonly size?: 'b' | 'w' | 'd' | 'q' | 'v' | 'y' | 'd64' | 'f64';
  /** LOCK is allowed (with a memory destination). */
  readonly lock?: true;
  /** CPUID feature flag that announces it, lower case. */
  readonly feature?: string;
  /** Status flags read, written, left undefined: letters of `oszapc`. */
  readonly reads?: string;
  readonly writes?: string;
  readonly undefined?: string;
  /** Control does not simply go on behind it: jumps, calls, mode changes, serialising instructions. */
  readonly endsBlock?: true;
  /** #GP unless CPL is 0. */
  readonly privileged?: true;
  /** Why the handler does not do all of what the manual says. */
  readonly partial?: string;
}
