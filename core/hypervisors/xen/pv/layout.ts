/**
 * Where everything of a new domain lies, in pseudo-physical frames: kernel, module, start_info, rings, page tables, stack.
 * The first mapping begins at the kernel's virtual base and covers all of it; its size depends on the number of tables, and
 * the other way round.
 */
import { alignUp } from '../../../base/bits.ts';
import type { PvKernel } from '../../../seams/hypervisor.ts';

/** At least this much of the first mapping is free for the kernel to grow into, and it ends at a multiple of 4 MiB. */
const SPARE_PAGES = 0x80;
const MAPPING_UNIT = 0x400;

export interface DomainLayout {
  /** End of the highest segment. */
  readonly kernelEnd: number;
  readonly startInfo: number;
  readonly store: number;
  readonly console: number;
  /** First table, and how many the first mapping takes. */
  readonly tables: number;
  readonly tableCount: number;
  readonly stack: number;
  /** The first mapping covers frames 0 up to here. */
  readonly mappingEnd: number;
  readonly module: number;
  readonly modulePages: number;
  readonly moduleMapped: boolean;
  /** P2M list: pages of entries, then the tables that map them (only when the kernel chose an address). */
  readonly p2m: number;
  readonly p2mPages: number;
  readonly p2mTables: number;
  /** First frame nothing was put into. */
  readonly end: number;
}

/** Number of tables of levels 3 to 1 that map `pages` pages from linear address `start`. */
export const tablesFor = (start: bigint, pages: number): number => {
  let sum = 0;
  for (let shift = 21n; shift <= 39n; shift += 9n) {
    const last = (start + BigInt(pages) * 4096n - 1n) >> shift;
    sum += Number(last - (start >> shift)) + 1;
  }
  return sum;
};

export const layOut = (kernel: PvKernel, moduleBytes: number, pages: number): DomainLayout => {
  const kernelEnd = kernel.segments.reduce((end, segment) => {
    const last = segment.address - Number(kernel.physicalOffset) + segment.size;
    return Math.max(end, Math.ceil(last / 4096));
  }, 0);
  const modulePages = Math.ceil(moduleBytes / 4096);
  const moduleMapped = modulePages > 0 && !kernel.moduleByFrame;
  const p2mPages = Math.ceil((pages * 8) / 4096);
  const p2mMapped = kernel.initialP2m === undefined;
  let next = kernelEnd;
  let module = next;
  if (moduleMapped) next += modulePages;
  let p2m = next;
  if (p2mMapped) next += p2mPages;
  const [startInfo, store, console, tables] = [next, next + 1, next + 2, next + 3];
  let tableCount = 4;
  let mappingEnd = 0;
  for (;;) {
    mappingEnd = alignUp(tables + tableCount + 1 + SPARE_PAGES, MAPPING_UNIT);
    const needed = 1 + tablesFor(kernel.virtualBase, mappingEnd);
    if (needed === tableCount) break;
    tableCount = needed;
  }
  next = mappingEnd;
  if (modulePages > 0 && !moduleMapped) {
    module = next;
    next += modulePages;
  }
  const p2mTables = kernel.initialP2m === undefined ? 0 : tablesFor(kernel.initialP2m, p2mPages);
  if (!p2mMapped) {
    p2m = next;
    next += p2mPages + p2mTables;
  }
  return {
    kernelEnd,
    startInfo,
    store,
    console,
    tables,
    tableCount,
    stack: tables + tableCount,
    mappingEnd,
    module,
    modulePages,
    moduleMapped,
    p2m,
    p2mPages,
    p2mTables,
    end: next,
  };
};
