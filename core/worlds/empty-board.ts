/** A board with nothing on it. */
import type { Board } from '../seams/board.ts';

/** The provider's own hardware: whatever its hypervisor uses of it is its own affair. */
export const emptyBoard: Board = {
  readPort: () => 0xffff_ffff,
  writePort: () => undefined,
  readDevice: () => 0xffff_ffff_ffff_ffffn,
  writeDevice: () => undefined,
  readMsr: () => undefined,
  writeMsr: () => false,
  acknowledgeInterrupt: () => -1,
  readTaskPriority: () => 0,
  writeTaskPriority: () => undefined,
  nextEvent: () => Number.POSITIVE_INFINITY,
  advance: () => undefined,
};
