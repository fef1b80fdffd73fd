/** Machine code whose page tables are shadowed: which of its accesses leave it, and that it comes to the same. */
import { describe, expect, it } from 'vitest';
import { DATA, type Kernel, kernel } from '../testing/kernel.ts';
import { little } from '../testing/program.ts';

/** Of the page table of the test kernel, the entry of a page. */
const ENTRY = 0x4000 + 8 * (DATA >> 12);
const STORE = `c6 04 25 ${little(DATA)} 01`; // mov byte [DATA], 1
const LOAD = `8a 04 25 ${little(DATA)}`; // mov al, [DATA]
/** mov qword [ENTRY], imm32: the page of DATA maps to itself, present, writable, for programs, not dirty. */
const REMAP = `48 c7 04 25 ${little(ENTRY)} ${little(DATA | 7)}`;
const INVALIDATE = `0f 01 3c 25 ${little(DATA)}`; // invlpg [DATA]
const RELOAD = '0f 20 d8 0f 22 d8'; // mov rax, cr3; mov cr3, rax
const HLT = 'f4';

/** Runs code twice, and tells which exits the second time had: by then code, stack and tables are known. */
const exitsOf = (code: string): string[] => {
  const log: string[] = [];
  const k: Kernel = kernel('long', code + HLT);
  k.outside.pageFault = () => void log.push('page-fault');
  k.outside.tableWrite = () => void log.push('table-write');
  k.outside.controlWrite = (_context, register) => void log.push(`cr${register}`);
  k.outside.invalidatePage = () => void log.push('invalidate-page');
  k.context.intercept(['control-write', 'invalidate-page', 'page-tables']);
  const start = k.context.rip;
  expect(k.run()).toEqual({ kind: 'halt' });
  expect(log).toContain('page-fault');
  log.length = 0;
  k.context.halted = 0;
  k.context.rip = start;
  expect(k.run()).toEqual({ kind: 'halt' });
  return log;
};

describe('shadowed page tables', () => {
  it('cost nothing where nothing of them changes', () => {
    expect(exitsOf(LOAD + STORE)).toEqual([]);
  });

  it('cost an exit for each write to them, for each flush, and a fault for what was taken over before', () => {
    // The flushed page is read again, and then written for the first time since.
    expect(exitsOf(LOAD + REMAP + INVALIDATE + LOAD + STORE)).toEqual([
      'table-write',
      'invalidate-page',
      'page-fault',
      'page-fault',
    ]);
  });

  it('stay taken over when the same root is loaded again', () => {
    expect(exitsOf(LOAD + RELOAD + LOAD)).toEqual(['cr3']);
  });

  it('have the faults of the guest exit, too, before they are its own', () => {
    const k = kernel('long', STORE);
    let faults = 0;
    k.outside.pageFault = () => {
      faults += 1;
    };
    k.context.intercept(['page-tables']);
    k.setPage(DATA, 0n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 2 });
    expect(faults).toBeGreaterThan(1);
  });
});
