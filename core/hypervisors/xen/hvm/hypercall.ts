/** Serving VMCALL of a container: arguments from registers, the handler by number, the result into RAX. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import { WIDTHS } from '../../../abi/xen/widths.table.ts';
import { Register, type VirtualContext } from '../../../seams/machine.ts';
import { CallArguments } from '../pv/arguments.ts';
import { HVM_HANDLERS } from './calls/handlers.table.ts';
import type { HvmVcpu } from './vcpu.ts';

/** `caller` made the call; the result is 0, positive, or a negative errno. */
export type HvmHandler = (caller: HvmVcpu, args: CallArguments) => number;

/** Arguments of a call from a 32-bit code segment, in order. */
const LEGACY_REGISTERS = [Register.rbx, Register.rcx, Register.rdx, Register.rsi, Register.rdi] as const;
/** Of the attributes of CS. */
const LONG_CODE = 0x200;
const LONG_MODE_ACTIVE = 0x400n;

const ROWS = new Map(HYPERCALLS.map((row) => [row.number, row]));
const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

/** What one call comes to. */
export const callHvm = (caller: HvmVcpu, number: number, args: CallArguments): number => {
  const { statistics } = caller.domain;
  const row = ROWS.get(number);
  const name = row?.name ?? `number ${number}`;
  add(statistics.counts, name);
  if (row !== undefined && row.hvm !== 'yes' && row.hvm !== '-') return -Errno[row.hvm];
  const handler = row?.hvm === 'yes' ? HVM_HANDLERS[row.name] : undefined;
  if (handler === undefined) {
    add(statistics.missing, name);
    return -Errno.ENOSYS;
  }
  const result = handler(caller, args);
  if (result < 0) statistics.failures += 1;
  return result;
};

/**
 * @param registers those of `context`, or, from a hypervisor of ours in ring 0 (its pointers are machine addresses), its own
 */
export const serveHvm = (caller: HvmVcpu, context: VirtualContext, registers: BigUint64Array): void => {
  const machineCode = registers === context.registers;
  const args = new CallArguments();
  const halves = new Uint32Array(registers.buffer, registers.byteOffset, 32);
  const wide = !machineCode || isWide(context);
  caller.layout = WIDTHS[wide ? 64 : 32];
  if (wide) args.fromRegisters(halves);
  else for (const [index, register] of LEGACY_REGISTERS.entries()) args.words[2 * index] = halves[2 * register] ?? 0;
  caller.translate = machineCode
    ? (address, access) => {
        const found = context.translate(address, access);
        return 'fault' in found ? undefined : found.address;
      }
    : (address) => address;
  const allowed = !machineCode || context.cpl === 0;
  const result = allowed ? callHvm(caller, halves[2 * Register.rax] ?? 0, args) : -Errno.EPERM;
  registers[Register.rax] = BigInt.asUintN(wide ? 64 : 32, BigInt(result));
};

/** Long mode and 64-bit code. */
export const isWide = (context: VirtualContext): boolean =>
  (context.readSystem('efer') & LONG_MODE_ACTIVE) !== 0n && (context.readSegment('cs').attributes & LONG_CODE) !== 0;
