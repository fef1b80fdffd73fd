// Delivery in real mode: a table of far pointers at the base of IDTR, FLAGS CS IP on the stack, no error code (SDM vol. 3, 20.1.4).
import { Offset } from './gen/offsets';
import { readFlags, writeFlags } from './flags';
import { readSystem32 } from './memory';
import { updateMode } from './mode';
import { faulted, raiseGp } from './raise';
import { setRealSegment } from './segments';
import { checkRoom, commitFrame, openCurrent, pushFrame } from './stack';
import { cpu, Flag, rip, Seg, segmentSelector, setRip } from './state';

export function enterReal(vector: u32): void {
  if ((vector << 2) + 3 > load<u32>(cpu, Offset.idtLimit)) return raiseGp();
  const entry = <u32>readSystem32(load<u64>(cpu, Offset.idtBase) + (vector << 2));
  openCurrent(false);
  if (faulted() || !checkRoom(3, 2)) return;
  const flags = readFlags();
  pushFrame(flags, 2);
  pushFrame(segmentSelector(Seg.cs), 2);
  pushFrame(rip(), 2);
  if (faulted()) return;
  commitFrame();
  setRealSegment(Seg.cs, entry >> 16);
  updateMode();
  setRip(entry & 0xffff);
  writeFlags(flags & ~(<u64>(Flag.if_ | Flag.tf | Flag.ac | Flag.rf)));
}
