/** Changes to page tables that are in use: one entry at a time, checked before it is stored; pins; roots. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HypervisorSpace, Pte } from '../../../abi/xen/memory.table.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import { FrameFlag, type FrameTable, FrameType } from '../../common/frames.ts';
import { frameOf } from './entry.ts';
import {
  adjustedHigh,
  adjustedLow,
  flagsAllowed,
  type PageOwner,
  type PageTypes,
  type TableLevel,
  typeOfLevel,
} from './pages.ts';

/** Bits whose change needs no new reference: accessed, dirty, user, global, available, and bits 52 to 63. */
const FREE_LOW = Pte.ACCESSED | Pte.DIRTY | Pte.USER | Pte.GLOBAL | Pte.AVAILABLE;
const FREE_HIGH = 0xfff0_0000;

export class PageUpdates {
  constructor(
    private readonly frames: FrameTable,
    private readonly memory: MachineMemory,
    private readonly types: PageTypes,
    private readonly charge: (cycles: Cycles) => void,
  ) {}

  /** Level of the table in use that `frame` is; 0 if it is none. */
  tableLevel(frame: number): TableLevel | 0 {
    const type = this.frames.type[frame] ?? FrameType.none;
    if ((this.frames.typeCount[frame] ?? 0) === 0 || type < FrameType.l1 || type > FrameType.l4) return 0;
    return (type - FrameType.l1 + 1) as TableLevel;
  }

  /**
   * Stores an entry at machine address `address` (multiple of 8) of a table of `level` in use.
   * @param keepUsed also keeps the accessed and dirty bits that the entry has now
   * @returns 0 or a negative error, and then nothing changed
   */
  modify(domain: PageOwner, level: TableLevel, address: number, low: number, high: number, keepUsed: boolean): number {
    const { memory, types } = this;
    this.charge(COSTS.pageTableUpdate.cycles);
    const index = (address % 4096) >>> 3;
    if (level === 4 && index >= HypervisorSpace.FIRST_SLOT && index <= HypervisorSpace.LAST_SLOT) return -Errno.EINVAL;
    const oldLow = memory.readU32(address);
    const oldHigh = memory.readU32(address + 4);
    const was = (oldLow & Pte.PRESENT) !== 0;
    let newLow = low >>> 0;
    let newHigh = high >>> 0;
    let same = false;
    if ((low & Pte.PRESENT) !== 0) {
      if (!flagsAllowed(level, low)) return -Errno.EINVAL;
      newLow = adjustedLow(level, low, high);
      newHigh = adjustedHigh(level, low, high);
      same = was && ((oldLow ^ newLow) & ~FREE_LOW) === 0 && ((oldHigh ^ newHigh) & ~FREE_HIGH) === 0;
      if (!same) {
        const result = types.takeEntry(domain, level, newLow, newHigh);
        if (result !== 0) return result;
      }
    }
    if (keepUsed) newLow = (newLow | (oldLow & (Pte.ACCESSED | Pte.DIRTY))) >>> 0;
    // The halves are stored so that a present entry is never half new.
    memory.writeU32(address + 4, newHigh);
    memory.writeU32(address, newLow);
    if (was && !same) types.putEntry(domain, level, oldLow, oldHigh);
    if (was && level > 1) domain.flushAll();
    return 0;
  }

  /** Pins `frame` as a table of `level`: it stays one until it is unpinned. */
  pin(domain: PageOwner, frame: number, level: TableLevel): number {
    const result = this.types.takeTyped(domain, frame, typeOfLevel(level));
    if (result !== 0) return result;
    if (this.frames.has(frame, FrameFlag.pinned)) {
      this.types.putTyped(domain, frame);
      return -Errno.EINVAL;
    }
    this.frames.set(frame, FrameFlag.pinned);
    return 0;
  }

  unpin(domain: PageOwner, frame: number): number {
    if (this.frames.owner[frame] !== domain.owner || !this.frames.has(frame, FrameFlag.pinned)) return -Errno.EINVAL;
    this.frames.clear(frame, FrameFlag.pinned);
    this.types.putTyped(domain, frame);
    return 0;
  }

  /**
   * The machine address of the L1 entry that translates `address` under root `root`; -1 if a table is missing.
   * Tables in use hold no superpages, so there are always four levels.
   */
  locateL1(root: number, l4: number, l3: number, l2: number, l1: number): number {
    const { memory } = this;
    let table = root;
    for (let step = 0; step < 3; step++) {
      const index = step === 0 ? l4 : step === 1 ? l3 : l2;
      const at = table * 4096 + index * 8;
      const low = memory.readU32(at);
      if ((low & Pte.PRESENT) === 0) return -1;
      table = frameOf(low, memory.readU32(at + 4));
    }
    return table * 4096 + l1 * 8;
  }
}
