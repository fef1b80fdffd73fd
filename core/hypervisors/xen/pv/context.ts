/** The CPU state in which deprivileged code of a paravirtual domain runs. */
import type { Context, Cpu } from '../../../seams/machine.ts';
import { FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, nullSegment } from './segments.ts';

/** PE MP ET NE WP AM PG. */
const CR0 = 0x8005_0033n;
/** PAE MCE OSFXSR OSXMMEXCPT. No global pages: kernel and user translations are kept apart by the context itself. */
const CR4 = 0x660n;
/** SCE LME LMA NXE. */
const EFER = 0xd01n;
/** 64-bit task segment, busy. */
const BUSY_TASK = 0x8b;

export const createPvContext = (cpu: Cpu): Context => {
  const context = cpu.createContext();
  context.writeSystem('efer', EFER);
  context.writeSystem('cr0', CR0);
  context.writeSystem('cr4', CR4);
  context.writeSystem('dr6', 0xffff_0ff0n);
  context.writeSystem('dr7', 0x400n);
  context.rflags = 0x202n;
  context.writeSegment('cs', FLAT_KERNEL_CODE);
  context.writeSegment('ss', FLAT_KERNEL_DATA);
  for (const name of ['ds', 'es', 'fs', 'gs', 'ldtr'] as const) context.writeSegment(name, nullSegment());
  // A task segment too short for a map of I/O ports: ports are refused without anything being read.
  context.writeSegment('tr', { selector: 0xe040, base: 0n, limit: 0, attributes: BUSY_TASK });
  return context;
};
