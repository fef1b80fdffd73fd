/**
 * Layout of the state block of one virtual CPU inside the engine's memory: the one place where it is written.
 *
 * Offsets are generated for three readers: the interpreter (`hot/gen/offsets.ts`), the JIT and the cold side
 * (`gen/offsets.ts`). Names follow Intel SDM vol. 1 and 3 (order number 325462-080).
 * Fields are placed in this order at their natural alignment; the ones every instruction touches come first.
 */

export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'u128';

export interface StateField {
  readonly name: string;
  readonly type: FieldType;
  /** Number of elements; 1 unless given. */
  readonly count?: number;
  /** Part of the architectural state that save and restore carry. */
  readonly saved: boolean;
  readonly meaning: string;
}

const saved = (name: string, type: FieldType, meaning: string, count = 1): StateField => ({ name, type, count, saved: true, meaning });
const scratch = (name: string, type: FieldType, meaning: string, count = 1): StateField => ({ name, type, count, saved: false, meaning });

/** Order of segment registers in the arrays below: ModRM order, then LDTR and TR. */
export const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;

export const STATE: readonly StateField[] = [
  saved('gpr', 'u64', 'rax rcx rdx rbx rsp rbp rsi rdi r8-r15, encoding order; element 16 is always 0 (absent base or index)', 17),
  saved('rip', 'u64', 'address of the next instruction (within CS)'),
  saved('rflags', 'u64', 'every flag except the six status flags while they are lazy (see flagKind)'),
  // Lazy status flags: CF PF AF ZF SF OF follow from the last flag-setting operation.
  saved('flagKind', 'u32', 'how the status flags are derived; 0: they are materialised in rflags (hot/flags.ts)'),
  saved('flagSize', 'u32', 'operand width in bytes of the last flag-setting operation'),
  saved('flagResult', 'u64', 'its result, zero-extended'),
  saved('flagLeft', 'u64', 'its first operand'),
  saved('flagRight', 'u64', 'its second operand'),

  // The run loop.
  saved('cycles', 'u64', 'clock of this CPU when the budget of the run is used up; now = cycles - remaining - withheld, always'),
  saved('instructions', 'u64', 'instructions retired; exact while outside the run loop'),
  scratch('remaining', 'u32', 'signed: cycles left until the run loop must look up'),
  scratch('withheld', 'u32', 'signed: cycles taken from `remaining` by whoever needs a boundary (fault, event, stop), given back there'),
  scratch('attention', 'u32', 'non-zero: leave the inner loop and look at interruptLine, leave and shadow'),
  scratch('leave', 'u32', 'non-zero: return from run after the current instruction (set by handlers outside)'),
  saved('interruptLine', 'u32', 'non-zero: an external interrupt is offered; vector comes from the acknowledge call'),
  saved('nmiLine', 'u32', 'non-zero: a non-maskable interrupt is pending'),
  saved('nmiBlocked', 'u32', 'non-zero from NMI delivery to IRET'),
  saved('shadow', 'u32', 'non-zero: interrupts are held off for one instruction (STI, MOV SS, POP SS)'),
  saved('repeating', 'u32', 'non-zero: RIP is at a REP instruction some of whose iterations are done'),
  saved('halted', 'u32', '0 running, 1 HLT, 2 waiting for SIPI, 3 shut down'),

  // Mode.
  saved('mode', 'u32', '0: 16-bit code, 1: 32-bit code, 2: 64-bit code; part of every decode and translation key'),
  saved('cpl', 'u32', 'current privilege level'),
  saved('occupant', 'u32', '0: ring 0 is machine code and takes its traps itself; 1: traps return from run (see stop)'),
  saved('tlbSet', 'u32', 'which TLB set is in use; machine code: 0 supervisor, 1 user; else chosen by the occupant'),
  saved('controls', 'u32', 'CONTROL_* bits: which optional events are offered to the layer outside'),
  saved('physicalSpace', 'u32', 'address of the frame map that this CPU sees as physical memory'),
  saved('physicalFrames', 'u32', 'number of entries of that map'),
  scratch('reader', 'u32', 'how this CPU signs entries of that map which its TLB keeps for reading, at its place within the entry'),

  // Segments; see SEGMENTS for the order.
  saved('segmentBase', 'u64', 'linear base; the FS and GS bases are the MSRs', 8),
  saved('segmentLimit', 'u32', 'last valid offset, granularity applied', 8),
  saved('segmentSelector', 'u16', 'visible selector', 8),
  saved('segmentAttributes', 'u16', 'bits 0-7: access byte; 8-11: AVL L D/B G; bit 15: unusable (null)', 8),
  saved('gdtBase', 'u64', ''), saved('idtBase', 'u64', ''),
  saved('gdtLimit', 'u32', ''), saved('idtLimit', 'u32', ''),

  // Control, debug and model-specific registers that the engine itself reads.
  saved('cr0', 'u64', ''), saved('cr2', 'u64', ''), saved('cr3', 'u64', ''), saved('cr4', 'u64', ''), saved('cr8', 'u64', ''),
  saved('xcr0', 'u64', ''), saved('efer', 'u64', ''),
  saved('dr', 'u64', 'DR0-DR3, (4, 5 unused), DR6, DR7', 8),
  saved('star', 'u64', ''), saved('lstar', 'u64', ''), saved('cstar', 'u64', ''), saved('sfmask', 'u64', ''),
  saved('kernelGsBase', 'u64', ''),
  saved('sysenterCs', 'u64', ''), saved('sysenterEsp', 'u64', ''), saved('sysenterEip', 'u64', ''),
  saved('tscAux', 'u64', ''), saved('tscOffset', 'u64', 'added to cycles by RDTSC'),
  saved('tscAdjust', 'u64', 'IA32_TSC_ADJUST: sum of all moves of the counter by software'), saved('pat', 'u64', ''),
  saved('pdpte', 'u64', 'PAE page-directory pointers, loaded with CR3 in 32-bit PAE mode', 4),

  // x87, MMX, SSE.
  saved('fpr', 'u128', 'x87 physical registers R0-R7: 80-bit value in the low 10 bytes; MMX uses the low 8', 8),
  saved('fcw', 'u16', ''), saved('fsw', 'u16', 'including TOP in bits 11-13'), saved('ftw', 'u16', 'two bits for each physical register: 3 empty, 0 not'), saved('fop', 'u16', ''),
  saved('fip', 'u64', ''), saved('fdp', 'u64', ''),
  saved('mxcsr', 'u32', ''),
  saved('floatErrorLine', 'u32', 'non-zero: FERR# is asserted (x87 exception with CR0.NE clear); the board makes IRQ 13 of it and clears this'),
  saved('xmm', 'u128', '', 16),

  // What happened: written by the engine, read outside.
  scratch('faultVector', 'u32', 'vector + 1 of the fault raised by the current instruction; 0: none'),
  scratch('faultError', 'u32', 'its error code'),
  scratch('faultHasError', 'u32', ''),
  scratch('faultAddress', 'u64', 'linear address of a page fault'),
  scratch('stopKind', 'u32', 'why run returned: STOP_* of stop.ts'),
  scratch('stopVector', 'u32', ''), scratch('stopError', 'u32', ''), scratch('stopSoftware', 'u32', 'INT n, INT3, INTO, INT1: rip is already past it'),
  scratch('stopAddress', 'u64', ''),
  scratch('outcomeFault', 'u32', 'set by an outside handler that refuses: 0 no, 1 #GP(0), 2 #UD'),

  // The recent past, for a person who looks at a crash: rings whose next element is the count modulo their length.
  scratch('trail', 'u64', 'RIP at the heads of blocks', 16), scratch('trailCount', 'u32', ''),
  scratch('eventAt', 'u64', 'RIP of exceptions and of faults on their way to a handler', 8), scratch('eventCount', 'u32', ''),
  scratch('eventWhat', 'u64', 'vector | 100h if there is an error code | error code << 32', 8), scratch('eventAddress', 'u64', 'CR2 at that time', 8),

  // Counters (observe/ledger reads and clears them).
  scratch('countTlbMiss', 'u64', ''), scratch('countTlbFlush', 'u64', ''),
  scratch('countException', 'u64', 'delivered or returned, by vector', 32),
  scratch('countInterrupt', 'u64', ''), scratch('countSyscall', 'u64', ''),
  scratch('countDecode', 'u64', 'instructions decoded'), scratch('countCodeWrite', 'u64', 'writes to frames with decoded code'),
  scratch('countJit', 'u64', 'instructions retired in translated code, those of handlers that it calls too'),

  // Where the software TLB of this CPU lies; geometry in hot/tlb.ts.
  scratch('tlb', 'u32', 'address of its TLB area'),
  scratch('tlbRead', 'u32', 'address of the read table of the current set'),
  scratch('tlbWrite', 'u32', 'address of the write table of the current set'),
  scratch('tlbExecute', 'u32', 'address of the execute table of the current set'),
  scratch('jumpKeys', 'u64', 'of each set: what entries of the jump cache must carry; replaced at every flush', 2),
  scratch('jumpKey', 'u64', 'that of the current set'),
];
