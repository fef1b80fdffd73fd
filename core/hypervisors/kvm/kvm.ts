/** The KVM flavour of a container: CPUID leaves, clock and steal-time pages, and the few hypercalls. */
import {
  Call,
  ENABLED,
  FeatureBit,
  Leaf,
  Msr,
  NO_SUCH_CALL,
  SIGNATURE,
  StealTime,
  TimeInfo,
  WallClock,
} from '../../abi/kvm/kvm.table.ts';
import { invariant } from '../../base/bug.ts';
import { Register } from '../../seams/machine.ts';
import { timeScale } from '../common/timescale.ts';
import type { Flavour, FlavourFactory, Tenancy } from '../virtualized/flavour.ts';

const FEATURES =
  (1 << FeatureBit.noIoDelay) | (1 << FeatureBit.clockSource) | (1 << FeatureBit.stealTime) | (1 << FeatureBit.clockStable);
const NANOSECONDS = 1_000_000_000n;

/** Per-CPU registrations, 0 while off. */
interface Registered {
  systemTime: bigint;
  stealTime: bigint;
}

export const kvm: FlavourFactory = (tenancy) => {
  const scale = timeScale(tenancy.frequency);
  const registered: Registered[] = Array.from({ length: tenancy.cpus }, () => ({ systemTime: 0n, stealTime: 0n }));
  const of = (cpu: number): Registered => {
    const found = registered[cpu];
    invariant(found, `KVM flavour has no CPU ${cpu}`);
    return found;
  };

  const flavour: Flavour = {
    name: 'kvm',
    cpuid: (_cpu, leaf) => {
      if (leaf === Leaf.signature) return { eax: Leaf.features, ...SIGNATURE };
      if (leaf === Leaf.features) return { eax: FEATURES, ebx: 0, ecx: 0, edx: 0 };
      return undefined;
    },
    readMsr: (cpu, msr) => {
      if (msr === Msr.systemTime || msr === Msr.systemTimeOld) return of(cpu).systemTime;
      if (msr === Msr.stealTime) return of(cpu).stealTime;
      if (msr === Msr.wallClock || msr === Msr.wallClockOld) return 0n;
      return undefined;
    },
    writeMsr: (cpu, msr, value) => {
      switch (msr) {
        case Msr.wallClock:
        case Msr.wallClockOld:
          writeWallClock(tenancy, value);
          return true;
        case Msr.systemTime:
        case Msr.systemTimeOld:
          of(cpu).systemTime = value;
          writeSystemTime(tenancy, value, scale, now(tenancy, cpu));
          return true;
        case Msr.stealTime:
          of(cpu).stealTime = value;
          writeStealTime(tenancy, value, scale.nanoseconds(BigInt(tenancy.stolen(cpu))));
          return true;
        default:
          return false;
      }
    },
    call: (_cpu, registers) => {
      const number = Number(registers[Register.rax] ?? 0n);
      if (number === Call.kickCpu) {
        tenancy.computer().machine.cpus[Number(registers[Register.rcx] ?? 0n)]?.interrupt(Number(registers[Register.rcx] ?? 0n));
        registers[Register.rax] = 0n;
      } else registers[Register.rax] = BigInt.asUintN(64, NO_SUCH_CALL);
      return true;
    },
    // The clock needs no update while the TSC is invariant; only stolen time grows.
    scheduled: (cpu) => {
      const { stealTime } = of(cpu);
      if (stealTime & ENABLED) writeStealTime(tenancy, stealTime, scale.nanoseconds(BigInt(tenancy.stolen(cpu))));
    },
  };
  return flavour;
};

const now = (tenancy: Tenancy, cpu: number): bigint => BigInt(tenancy.computer().machine.cpus[cpu]?.now() ?? 0);

/** A page of the guest is written only where the guest has memory; a wrong address is the guest's loss. */
function write(tenancy: Tenancy, address: bigint, bytes: Uint8Array): void {
  const at = Number(address);
  if (at + bytes.length <= tenancy.memory.frames * 4096) tenancy.memory.write(at, bytes);
}

function writeWallClock(tenancy: Tenancy, address: bigint): void {
  const view = new DataView(new ArrayBuffer(WallClock.size));
  // The time at which the instance's clock was zero.
  view.setUint32(WallClock.version, 2, true);
  view.setUint32(WallClock.seconds, Number(tenancy.epochNanoseconds / NANOSECONDS), true);
  view.setUint32(WallClock.nanoseconds, Number(tenancy.epochNanoseconds % NANOSECONDS), true);
  write(tenancy, address, new Uint8Array(view.buffer));
}

function writeSystemTime(tenancy: Tenancy, value: bigint, scale: ReturnType<typeof timeScale>, cycles: bigint): void {
  if ((value & ENABLED) === 0n) return;
  const view = new DataView(new ArrayBuffer(TimeInfo.size));
  view.setUint32(TimeInfo.version, 2, true);
  view.setBigUint64(TimeInfo.tscTimestamp, cycles, true);
  view.setBigUint64(TimeInfo.systemTime, scale.nanoseconds(cycles), true);
  view.setUint32(TimeInfo.multiplier, scale.multiplier, true);
  view.setInt8(TimeInfo.shift, scale.shift);
  view.setUint8(TimeInfo.flags, TimeInfo.stable);
  write(tenancy, value & ~ENABLED, new Uint8Array(view.buffer));
}

function writeStealTime(tenancy: Tenancy, value: bigint, nanoseconds: bigint): void {
  if ((value & ENABLED) === 0n) return;
  const view = new DataView(new ArrayBuffer(StealTime.preempted));
  view.setBigUint64(StealTime.steal, nanoseconds, true);
  // Even: complete. It is written while the guest does not run, so it is never odd to be seen.
  view.setUint32(StealTime.version, 2, true);
  write(tenancy, value & ~63n, new Uint8Array(view.buffer));
}
