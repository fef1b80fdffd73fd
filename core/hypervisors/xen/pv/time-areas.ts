/** What a guest reads of time without asking: pvclock records, run-state areas, the wall clock. */
import { Runstate, VcpuInfo, VcpuTime } from '../../../abi/xen/shared-info.table.ts';
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { WIDTHS, type WordLayout } from '../../../abi/xen/widths.table.ts';
import type { Cycles } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import type { ClockRate } from '../../common/timekeeping.ts';
import type { CallerMemory } from '../holder.ts';
import type { PvVcpu } from './vcpu.ts';

/** A vCPU of any kind of domain. */
export interface TimekeepingVcpu {
  readonly memory: CallerMemory;
  readonly infoAddress: number;
  readonly timeArea: number;
  readonly domain: {
    systemTime(): number;
    readonly xen: { readonly memory: MachineMemory; readonly clock: { readonly rate: ClockRate }; now(): Cycles };
  };
}

interface WallClockDomain {
  readonly sharedInfo: number;
  readonly clockOffset: number;
  readonly xen: { readonly memory: MachineMemory; readonly wallClock: number };
  /** Absent: that of a 64-bit guest. */
  readonly layout?: WordLayout;
}

const UPDATING = 1n << 63n;
const TSC_STABLE = 1;

/** vcpu_time_info: the counter of every vCPU is the machine's, exact, so one record holds until the domain moves. */
const timeRecord = (vcpu: TimekeepingVcpu, version: number): Uint8Array => {
  const { xen } = vcpu.domain;
  const bytes = new Uint8Array(VcpuTime.SIZE);
  const view = new DataView(bytes.buffer);
  const now = xen.now();
  view.setUint32(VcpuTime.version, version, true);
  view.setBigUint64(VcpuTime.tscTimestamp, BigInt(now), true);
  view.setBigUint64(VcpuTime.systemTime, BigInt(vcpu.domain.systemTime()), true);
  view.setUint32(VcpuTime.tscToSystemMul, xen.clock.rate.multiplier, true);
  view.setInt8(VcpuTime.tscShift, xen.clock.rate.shift);
  view.setUint8(VcpuTime.flags, TSC_STABLE);
  return bytes;
};

/** Writes the clock of `vcpu` to its vcpu_info and to the area it registered. */
export const publishTime = (vcpu: TimekeepingVcpu): void => {
  const { memory } = vcpu.domain.xen;
  const at = vcpu.infoAddress + VcpuInfo.time;
  const version = (memory.readU32(at) & ~1) + 2;
  memory.write(at, timeRecord(vcpu, version));
  if (vcpu.timeArea !== 0) vcpu.memory.write(vcpu.timeArea, timeRecord(vcpu, version));
};

/** Writes the run state to the area the guest registered; false if it cannot be written. */
export const publishRunstate = (vcpu: PvVcpu): boolean => {
  const { memory, runstateArea: area, domain } = vcpu;
  const entry = BigInt(Math.max(0, vcpu.runstateSince + domain.clockOffset));
  const flagged = domain.hasAssist(Assist.runstate_update_flag);
  if (flagged && !memory.writeU64(area + Runstate.stateEntryTime, entry | UPDATING)) return false;
  if (!memory.writeU32(area + Runstate.state, vcpu.runstate)) return false;
  const times = vcpu.runstateTime;
  for (let index = 0; index < times.length; index++) {
    if (!memory.writeU64(area + Runstate.time + 8 * index, BigInt(times[index] ?? 0))) return false;
  }
  return memory.writeU64(area + Runstate.stateEntryTime, entry);
};

/** Writes the wall clock (its value at system time 0) to shared_info. */
export const publishWallClock = (domain: WallClockDomain): void => {
  const { memory } = domain.xen;
  const base = domain.sharedInfo * 4096;
  const start = domain.xen.wallClock - domain.clockOffset / 1e9;
  const seconds = Math.floor(start);
  const { wcVersion, wcSecHi } = (domain.layout ?? WIDTHS[64]).shared;
  const version = (memory.readU32(base + wcVersion) & ~1) + 1;
  memory.writeU32(base + wcVersion, version);
  memory.writeU32(base + wcVersion + 4, seconds % 0x1_0000_0000);
  memory.writeU32(base + wcSecHi, Math.floor(seconds / 0x1_0000_0000));
  memory.writeU32(base + wcVersion + 8, Math.floor((start - seconds) * 1e9));
  memory.writeU32(base + wcVersion, version + 1);
};
