/** Pages in rows: taken, given back, and exchanged for single ones. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { Exchange, MemoryOp, Reservation } from '../../../abi/xen/memory.table.ts';
import { audit } from '../audit.ts';
import { createFixture } from '../testing/fixture.ts';

const ARGUMENTS = 90;
const LISTS = 91;
/** Pages that are unmapped and given away. */
const GIVEN = [100, 101, 102, 103] as const;
const SELF = 0x7ff0;

const setUp = () => {
  const fixture = createFixture({ maximumPages: 2064 });
  const { mfn, linear, machine, call } = fixture;
  const at = mfn(ARGUMENTS) * 4096;
  const lists = mfn(LISTS) * 4096;
  const reservation = (offset: number, list: number, count: number, order: number, flags = 0): void => {
    machine.memory.writeU64(at + offset + Reservation.extents, linear(LISTS, list));
    machine.memory.writeU64(at + offset + Reservation.count, BigInt(count));
    machine.memory.writeU32(at + offset + Reservation.order, order);
    machine.memory.writeU32(at + offset + Reservation.flags, flags);
    machine.memory.writeU32(at + offset + Reservation.domain, SELF);
  };
  const unmap = (pfn: number): void => void call('update_va_mapping', linear(pfn), 0n, 2);
  const exchanged = (): bigint => machine.memory.readU64(at + Exchange.exchanged);
  return { ...fixture, at, lists, reservation, unmap, exchanged };
};

describe('rows of pages', () => {
  it('are aligned to their length, have consecutive numbers, and go back whole', () => {
    const { xen, domain, machine, call, linear, lists, reservation } = setUp();
    const before = xen.frames.free;
    machine.memory.writeU64(lists, 3000n);
    reservation(0, 0, 1, 3);
    expect(call('memory_op', MemoryOp.populate_physmap, linear(ARGUMENTS))).toBe(1);
    const first = Number(machine.memory.readU64(lists));
    expect(first % 8).toBe(0);
    expect([xen.space.m2p(first), xen.space.m2p(first + 7)]).toEqual([3000, 3007]);
    expect([before - xen.frames.free, domain.pages]).toEqual([8, 2056]);
    expect(call('memory_op', MemoryOp.decrease_reservation, linear(ARGUMENTS))).toBe(1);
    expect([xen.frames.free, domain.pages]).toEqual([before, 2048]);
    expect(audit(xen)).toEqual([]);
  });

  it('lie below the address that was asked for, or there are none', () => {
    const { machine, call, linear, lists, reservation } = setUp();
    machine.memory.writeU64(lists, 0n);
    // 2^23 bytes: frames below 2,048, which the domain itself fills.
    reservation(0, 0, 1, 2, 23);
    expect(call('memory_op', MemoryOp.increase_reservation, linear(ARGUMENTS))).toBe(0);
    reservation(0, 0, 1, 2, 25);
    expect(call('memory_op', MemoryOp.increase_reservation, linear(ARGUMENTS))).toBe(1);
    expect(Number(machine.memory.readU64(lists))).toBeLessThan(2 ** 13);
  });
});

describe('an exchange', () => {
  it('gives a row for single pages, and the other way round', () => {
    const { xen, domain, machine, call, linear, mfn, lists, reservation, unmap, exchanged } = setUp();
    for (const [index, pfn] of GIVEN.entries()) {
      unmap(pfn);
      machine.memory.writeU64(lists + index * 8, BigInt(mfn(pfn)));
    }
    machine.memory.writeU64(lists + 64, 100n);
    reservation(Exchange.input, 0, 4, 0);
    reservation(Exchange.output, 64, 1, 2);
    expect(call('memory_op', MemoryOp.exchange, linear(ARGUMENTS))).toBe(0);
    const row = Number(machine.memory.readU64(lists + 64));
    expect([row % 4, exchanged(), domain.pages]).toEqual([0, 4n, 2048]);
    expect(xen.space.m2p(row + 3)).toBe(103);
    machine.memory.writeU64(lists, BigInt(row));
    for (const [index, pfn] of GIVEN.entries()) machine.memory.writeU64(lists + 64 + index * 8, BigInt(pfn));
    reservation(Exchange.input, 0, 1, 2);
    reservation(Exchange.output, 64, 4, 0);
    machine.memory.writeU64(mfn(ARGUMENTS) * 4096 + Exchange.exchanged, 0n);
    expect(call('memory_op', MemoryOp.exchange, linear(ARGUMENTS))).toBe(0);
    expect(xen.space.m2p(Number(machine.memory.readU64(lists + 64 + 24)))).toBe(103);
    expect(audit(xen)).toEqual([]);
  });

  it('is refused for a page that is mapped, given twice, or somebody else’s, and says how far it came', () => {
    const { xen, machine, call, linear, mfn, lists, reservation, unmap, exchanged } = setUp();
    const attempt = (frames: readonly number[]): number => {
      for (const [index, frame] of frames.entries()) machine.memory.writeU64(lists + index * 8, BigInt(frame));
      machine.memory.writeU64(lists + 64, 100n);
      reservation(Exchange.input, 0, frames.length, 0);
      reservation(Exchange.output, 64, frames.length / 2, 1);
      machine.memory.writeU64(mfn(ARGUMENTS) * 4096 + Exchange.exchanged, 0n);
      return call('memory_op', MemoryOp.exchange, linear(ARGUMENTS));
    };
    unmap(100);
    unmap(101);
    expect([attempt([mfn(100), mfn(102)]), exchanged()]).toEqual([-Errno.EINVAL, 0n]);
    expect(attempt([mfn(100), mfn(100)])).toBe(-Errno.EINVAL);
    expect(attempt([mfn(100), 16])).toBe(-Errno.EINVAL);
    machine.memory.writeU64(lists + 72, 200n);
    expect([attempt([mfn(100), mfn(101), mfn(102), mfn(103)]), exchanged()]).toEqual([-Errno.EINVAL, 2n]);
    expect(audit(xen)).toEqual([]);
  });
});

describe('older forms of calls', () => {
  it('do what the newer ones do', () => {
    const { machine, call, linear, mfn, vcpu, domain } = setUp();
    const at = mfn(ARGUMENTS) * 4096;
    machine.memory.writeU32(at, 6); // alloc_unbound
    machine.memory.writeU32(at + 4, SELF);
    expect(call('event_channel_op_compat', linear(ARGUMENTS))).toBe(0);
    expect(domain.events.channel(machine.memory.readU32(at + 8))).toBeDefined();
    machine.memory.writeU32(at, 6); // set_iopl
    machine.memory.writeU32(at + 8, 1);
    expect(call('physdev_op_compat', linear(ARGUMENTS))).toBe(0);
    expect(vcpu.iopl).toBe(1);
    expect(call('update_va_mapping_otherdomain', linear(100), 0n, 2, SELF)).toBe(0);
    expect(vcpu.memory.locate(Number(BigInt.asIntN(64, linear(100))), false)).toBe(-1);
    expect(call('update_va_mapping_otherdomain', linear(101), 0n, 2, 77)).toBe(-Errno.ESRCH);
  });
});
