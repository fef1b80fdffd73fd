/** The hypercall page: one stub of 32 bytes per number, for kernels that call them instead of executing SYSCALL themselves. */
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';

const STUB_SIZE = 32;
const IRET = 23;

/** push rcx; push r11; mov eax, number; syscall; pop r11; pop rcx; ret */
const stub = (number: number): number[] => [0x51, 0x41, 0x53, 0xb8, number, 0, 0, 0, 0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3];
/** push rcx; push r11; push rax; mov eax, 23; syscall: it does not come back. */
const IRET_STUB = [0x51, 0x41, 0x53, 0x50, 0xb8, IRET, 0, 0, 0, 0x0f, 0x05];

export const hypercallPage = (): Uint8Array => {
  const page = new Uint8Array(4096);
  for (const { number } of HYPERCALLS) page.set(number === IRET ? IRET_STUB : stub(number), number * STUB_SIZE);
  return page;
};
