/** Serving a hypercall: arguments from registers, the handler by number, the result into RAX. */

import { Errno } from '../../../abi/xen/errno.table.ts';
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import { Register } from '../../../seams/machine.ts';
import { HANDLERS } from '../hypercalls/handlers.table.ts';
import { countCall } from '../statistics.ts';
import type { CallArguments } from './arguments.ts';
import { FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, Selector } from './segments.ts';
import type { PvVcpu } from './vcpu.ts';

/** `caller` made the call; the result is 0, positive, or a negative errno. */
export type HypercallHandler = (caller: PvVcpu, args: CallArguments) => number;

/** Result of a call that set the registers itself (iret). */
export const REGISTERS_SET: number = Number.MIN_SAFE_INTEGER;

const refuse =
  (errno: number): HypercallHandler =>
  () =>
    -errno;

/** By number; a row that says 'yes' and has no handler answers ENOSYS, and so does what has no row. */
const BY_NUMBER: readonly (HypercallHandler | undefined)[] = (() => {
  const table: (HypercallHandler | undefined)[] = [];
  for (const row of HYPERCALLS) {
    if (row.pv === '-') continue;
    table[row.number] = row.pv === 'yes' ? HANDLERS[row.name] : refuse(Errno[row.pv]);
  }
  return table;
})();

/** What one call comes to; for the call itself and for entries of a multicall. */
export const callByNumber = (caller: PvVcpu, number: number, args: CallArguments): number => {
  const { domain } = caller;
  domain.hypercalls += 1;
  countCall(domain.calls, number);
  const { statistics } = domain.xen;
  countCall(statistics.counts, number);
  const handler = BY_NUMBER[number];
  if (handler === undefined) {
    statistics.countMissing(number);
    return -Errno.ENOSYS;
  }
  const result = handler(caller, args);
  if (result < 0 && result !== REGISTERS_SET) statistics.failed(caller, number, args, result);
  return result;
};

export const serveHypercall = (caller: PvVcpu): void => {
  const halves = caller.halves;
  const args = caller.domain.xen.callArguments;
  args.fromRegisters(halves);
  caller.domain.xen.charge(COSTS.hypercall.cycles);
  const number = halves[2 * Register.rax] ?? 0;
  const result = callByNumber(caller, number, args);
  if (result === REGISTERS_SET) return;
  // SYSCALL remembers no selectors: the guest goes on with the flat ones, whatever it called with.
  if (caller.context.readSegment('cs').selector !== Selector.code64) {
    caller.context.writeSegment('cs', FLAT_KERNEL_CODE);
    caller.context.writeSegment('ss', FLAT_KERNEL_DATA);
  }
  const after = caller.halves;
  after[2 * Register.rax] = result >>> 0;
  after[2 * Register.rax + 1] = Math.floor(result / 0x1_0000_0000) >>> 0;
};
