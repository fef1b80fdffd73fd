/**
 * Where the engine's own structures lie in its memory, and the constants both compilers share.
 *
 * Everything below `firstFrame` is the engine's; above it frames are given out one by one. A host frame number is a
 * host address shifted right by 12. Untouched parts of the arrays cost nothing: the memory is sparse.
 */

export interface Place {
  readonly name: string;
  readonly value: number;
  readonly meaning: string;
}

const at = (name: string, value: number, meaning: string): Place => ({ name, value, meaning });

export const MEMORY_MAP: readonly Place[] = [
  at('staticData', 0x1000, 'constant tables of hot.wasm (its memory base)'),
  at('frameFlags', 0x10_0000, 'one byte for each host frame: FRAME_* bits'),
  at('jumpCache', 0x20_0000, 'where translated code begins, 16 bytes each, direct-mapped by linear address; see hot/translated.ts'),
  at('scratch', 0x40_0000, 'one decoded instruction that is not cached, then 16 bytes of gathered code'),
  at('contexts', 0x41_0000, 'u32 count, then addresses of all state blocks: whose TLBs must forget a frame'),
  at('counters', 0x42_0000, 'u32 for each row id: executed without a handler'),
  at('frameCode', 0x80_0000, 'one u64 for each host frame: which 64-byte chunks hold bytes of decoded code'),
  at('unitOfFrame', 0x100_0000, 'translated code: one u16 for each host frame; see hot/translated.ts for these'),
  at('unitInfo', 0x124_0000, '24 bytes for each unit'),
  at('unitHeads', 0x12c_0000, '32768 buckets of 16 bytes: block heads that begin translated code'),
  at('unitRecords', 0x134_0000, 'decoded instructions that translated code refers to, 32 bytes each'),
  at('unitEntries', 0x200_0000, '1 KiB for each unit'),
  at('decodeCache', 0x300_0000, 'decoded instructions, 32 bytes each, direct-mapped by host address'),
  at('firstFrame', 0x500_0000, 'first address given out as a frame'),
];

export const CONSTANTS: readonly Place[] = [
  at('decodeEntries', 0x10_0000, 'records of the decode cache: with fewer, a kernel and a program drive out each other before they are hot'),
  at('jumpEntries', 0x1000, 'entries of the jump cache'),
  at('maxContexts', 16383, 'state blocks that fit in `contexts`'),
  at('maxUnits', 16384, 'table indices a unit can have'),
  at('maxUnitRecords', 0x6_0000, 'room of `unitRecords`'),
  at('tlbEntries', 1024, 'entries of each TLB table'),
  at('tlbSetBytes', 0xd080, 'one TLB set: read, write, execute tables of 16-byte entries, the log of filled entries, the filter of large pages'),
  at('tlbLog', 0xc000, 'offset of the log within a set: u32 count, then u16 entry numbers'),
  at('tlbLogEntries', 2046, 'capacity of the log; beyond it a flush sweeps the tables'),
  at('tlbFilter', 0xd000, 'offset of the filter within a set: 1024 bits, by hash of a large page that has entries'),
  // Frame map entry: host address of the frame | these bits.
  at('mapPresent', 1, 'the frame can be read'),
  at('mapWritable', 2, 'the frame can be written in place'),
  at('mapDevice', 4, 'known to be no RAM: go to the device without asking again'),
  at('mapReaders', 0xff0, 'of an entry that is not writable: whose TLB may hold it, 0 nobody, all ones more than one; see Offset.reader'),
  at('mapReaderUnit', 0x10, 'the lowest of these bits'),
  // frameFlags.
  at('frameDecoded', 1, 'holds bytes of decoded instructions'),
  at('frameTranslated', 2, 'holds bytes of translated code'),
  at('frameWriteCached', 4, 'some write TLB may hold this frame'),
  at('frameTable', 8, 'holds page tables that a shadow follows: writes are told one by one'),
  // How memory may be accessed; order of the TLB tables.
  at('accessRead', 0, ''), at('accessWrite', 1, ''), at('accessExecute', 2, ''),
  // Why `run` returned.
  at('stopBudget', 0, 'the cycles are used up, or somebody asked to leave'),
  at('stopHalt', 1, ''), at('stopShutdown', 2, ''), at('stopException', 3, 'see stopVector, stopError, stopSoftware, stopAddress'),
  at('stopSyscall', 4, ''), at('stopSysenter', 5, ''), at('stopInterrupt', 6, 'an external interrupt for an occupant; the vector is not acknowledged yet'),
  // controls.
  at('controlCr', 1, 'tell writes of CR0, CR3, CR4'), at('controlInvlpg', 2, 'tell INVLPG'),
  at('controlTables', 4, 'tell page walks, and writes to frames with frameTable'),
];
