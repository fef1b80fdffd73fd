/** A container of the KVM flavour as its ring 0 uses it: how it finds KVM, its clocks, stolen time, calls; and what each exit costs. */
import { describe, expect, it } from 'vitest';
import { Call, FeatureBit, Leaf, Msr, NO_SUCH_CALL, SIGNATURE, StealTime, TimeInfo, WallClock } from '../../abi/kvm/kvm.table.ts';
import { COSTS } from '../../observe/costs.table.ts';
import { Register } from '../../seams/machine.ts';
import { rentContainer } from '../virtualized/testing/container.ts';
import { kvm } from './kvm.ts';

const FREQUENCY = 2_000_000_000;
const AREA = 0x1_0000;
/** 2026-01-01 and half a second. */
const EPOCH = 1_767_225_600_500_000_000n;

const rent = () => {
  const ram = [{ start: 0, length: 2 ** 20 }];
  const instance = rentContainer(kvm, { cpus: 1, frequency: FREQUENCY, ram, epochNanoseconds: EPOCH });
  const [cpu] = instance.computer.machine.cpus;
  if (cpu === undefined) throw new Error('a container has a CPU');
  const area = (length: number): DataView => new DataView(instance.memory.read(AREA, length).buffer);
  return { instance, cpu, area };
};

describe('a tenant of KVM', () => {
  it('finds it by CPUID, with the hypervisor bit set', () => {
    const { cpu } = rent();
    expect(cpu.cpuid(1, 0).ecx >>> 31).toBe(1);
    expect(cpu.cpuid(Leaf.signature, 0)).toEqual({ eax: Leaf.features, ...SIGNATURE });
    expect(cpu.cpuid(Leaf.features, 0).eax & (1 << FeatureBit.clockStable)).not.toBe(0);
  });

  it('reads a clock that is exact, and the time of day at its zero', () => {
    const { instance, cpu, area } = rent();
    instance.computer.advanceClock(0, 3 * FREQUENCY);
    expect(cpu.writeMsr(Msr.systemTime, BigInt(AREA) | 1n)).toBe(true);
    const view = area(TimeInfo.size);
    const [tsc, time] = [view.getBigUint64(TimeInfo.tscTimestamp, true), view.getBigUint64(TimeInfo.systemTime, true)];
    const shift = BigInt(view.getInt8(TimeInfo.shift));
    const scaled = (cycles: bigint): bigint =>
      ((shift < 0n ? cycles >> -shift : cycles << shift) * BigInt(view.getUint32(TimeInfo.multiplier, true))) >> 32n;
    expect(time).toBe(scaled(tsc));
    expect(Number(scaled(BigInt(FREQUENCY)))).toBeCloseTo(1e9, -1);
    expect(view.getUint32(TimeInfo.version, true) % 2).toBe(0);
    expect(cpu.readMsr(Msr.systemTime)).toBe(BigInt(AREA) | 1n);
    cpu.writeMsr(Msr.wallClock, BigInt(AREA));
    const wall = area(WallClock.size);
    expect([wall.getUint32(WallClock.seconds, true), wall.getUint32(WallClock.nanoseconds, true)]).toEqual([
      1_767_225_600, 500_000_000,
    ]);
  });

  it('reads how long it was kept from running', () => {
    const { instance, cpu, area } = rent();
    cpu.writeMsr(Msr.stealTime, BigInt(AREA) | 1n);
    expect(area(StealTime.size).getBigUint64(StealTime.steal, true)).toBe(0n);
    instance.steal(0, cpu.now() + FREQUENCY / 4);
    instance.run(0, cpu.now());
    expect(Number(area(StealTime.size).getBigUint64(StealTime.steal, true))).toBeCloseTo(250_000_000, -1);
  });

  it('loses nothing but its own clock by an address where it has no memory', () => {
    const { cpu } = rent();
    expect(cpu.writeMsr(Msr.systemTime, 0xffff_ffff_f000n | 1n)).toBe(true);
    expect(cpu.writeMsr(0x4b56_4dff, 0n)).toBe(false);
    expect(cpu.readMsr(0x4b56_4dff)).toBeUndefined();
  });

  it('may call, and is told when there is no such call; each exit is counted and charged', () => {
    const { instance, cpu } = rent();
    const call = (number: number): bigint => {
      const registers = new BigUint64Array(16);
      registers[Register.rax] = BigInt(number);
      instance.computer.machine.call(0, registers);
      return BigInt.asIntN(64, registers[Register.rax] ?? 0n);
    };
    const before = cpu.now();
    expect([call(Call.kickCpu), call(99)]).toEqual([0n, NO_SUCH_CALL]);
    const exit = COSTS.exit.cycles + COSTS.exitCall.cycles;
    // Kicking is an access to the local APIC.
    expect(cpu.now() - before).toBe(2 * exit + COSTS.exit.cycles + COSTS.exitDevice.cycles);
    expect(instance.ledger.entries()).toMatchObject({ call: { count: 2 }, device: { count: 1 } });
  });
});
