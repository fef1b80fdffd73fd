/** The state in which a boot protocol hands the first CPU to a kernel, and putting a context into it. */
import type { Context, Segment, SegmentName } from '../../seams/machine.ts';
import { Register } from '../../seams/machine.ts';

export interface Entry {
  /** For people: which protocol this is. */
  readonly protocol: string;
  /** Flat 32-bit protected mode without paging, or 64-bit mode with the page tables at `pageTables`. */
  readonly mode: 'protected' | 'long';
  readonly address: number;
  readonly registers: Partial<Record<keyof typeof Register, number>>;
  /** Page-table root of long mode. */
  readonly pageTables: number;
  /** Where {@link descriptorTable} was written. */
  readonly descriptors: number;
}

const CODE_32 = 0xc9b;
const CODE_64 = 0xa9b;
const DATA = 0xc93;
const BUSY_TASK = 0x8b;
/**
 * Linux's 64-bit protocol asks for 0x10 and 0x18 (__BOOT_CS and __BOOT_DS). For 32-bit kernels Multiboot leaves them open;
 * some go on with what they find under tables of their own, most of which begin with code and data, as QEMU's loader does.
 */
const SELECTORS = { long: { code: 0x10, data: 0x18 }, protected: { code: 0x08, data: 0x10 } } as const;
const TASK_SELECTOR = 0x20;
const LIMIT_4G = 0xffff_ffff;

const CR0_PE = 0x1n;
const CR0_ET = 0x10n;
const CR0_PG = 0x8000_0000n;
const CR4_PAE = 0x20n;
const EFER_LME_LMA = 0x500n;

/** The four descriptors that the segments of {@link enter} were loaded from, for kernels that reload them. */
export function descriptorTable(mode: Entry['mode']): Uint8Array {
  const table = new BigUint64Array(5);
  const { code, data } = SELECTORS[mode];
  table[code / 8] = mode === 'long' ? 0x00af_9b00_0000_ffffn : 0x00cf_9b00_0000_ffffn;
  table[data / 8] = 0x00cf_9300_0000_ffffn;
  table[TASK_SELECTOR / 8] = 0x0000_8b00_0000_0067n;
  return new Uint8Array(table.buffer);
}

/** Page tables that map the first 4 GiB onto themselves with 2 MiB pages: six pages, the root first. */
export function identityTables(address: number): Uint8Array {
  const entries = new BigUint64Array(6 * 512);
  const present = 0x3n;
  const large = 0x83n;
  entries[0] = BigInt(address + 0x1000) | present;
  for (let directory = 0; directory < 4; directory++)
    entries[512 + directory] = BigInt(address + 0x2000 + directory * 0x1000) | present;
  for (let page = 0; page < 4 * 512; page++) entries[1024 + page] = BigInt(page * 0x20_0000) | large;
  return new Uint8Array(entries.buffer);
}

/** Only while the context does not run; the other CPUs stay as a reset leaves them. */
export function enter(context: Context, entry: Entry): void {
  const long = entry.mode === 'long';
  context.registers.fill(0n);
  for (const [name, value] of Object.entries(entry.registers))
    context.registers[Register[name as keyof typeof Register]] = BigInt(value);
  // Modes first: the width of the code segment counts only once they are set.
  context.writeSystem('cr4', long ? CR4_PAE : 0n);
  context.writeSystem('efer', long ? EFER_LME_LMA : 0n);
  context.writeSystem('cr3', long ? BigInt(entry.pageTables) : 0n);
  context.writeSystem('cr0', long ? CR0_PE | CR0_ET | CR0_PG : CR0_PE | CR0_ET);
  const { code, data } = SELECTORS[entry.mode];
  const segment = (selector: number, attributes: number, limit = LIMIT_4G): Segment => ({
    selector,
    base: 0n,
    limit,
    attributes,
  });
  context.writeSegment('cs', segment(code, long ? CODE_64 : CODE_32));
  for (const name of ['ds', 'es', 'ss', 'fs', 'gs'] satisfies SegmentName[]) context.writeSegment(name, segment(data, DATA));
  context.writeSegment('tr', segment(TASK_SELECTOR, BUSY_TASK, 0x67));
  context.writeTable('gdt', BigInt(entry.descriptors), descriptorTable(entry.mode).length - 1);
  context.writeTable('idt', 0n, 0);
  context.rip = BigInt(entry.address);
  context.rflags = 2n;
}
