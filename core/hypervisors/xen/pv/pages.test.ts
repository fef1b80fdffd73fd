/** Types and references of frames: what a guest may make of its pages, and that everything is given back. */
import { describe, expect, it } from 'vitest';
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { MmuExt } from '../../../abi/xen/memory.table.ts';
import { FrameFlag, FrameType } from '../../common/frames.ts';
import { audit } from '../audit.ts';
import { FakeContext } from '../testing/fake-machine.ts';
import { createFixture, type Fixture } from '../testing/fixture.ts';
import { destroyDomain } from './teardown.ts';

/** Free pages that the guest of the fixture has in its first mapping. */
const FREE = 100;
const SCRATCH = 90;

const entry = (mfn: number, flags: number): bigint => (BigInt(mfn) << 12n) | BigInt(flags);

const mmuext = (fixture: Fixture, command: number, argument: bigint | number, second = 0n): number => {
  const { machine, mfn, linear, call } = fixture;
  const at = mfn(SCRATCH) * 4096;
  machine.memory.writeU64(at, BigInt(command));
  machine.memory.writeU64(at + 8, BigInt(argument));
  machine.memory.writeU64(at + 16, second);
  return call('mmuext_op', linear(SCRATCH), 1, 0, DomainId.SELF);
};

const mmuUpdate = (fixture: Fixture, pointer: number, value: bigint): number => {
  const { machine, mfn, linear, call } = fixture;
  const at = mfn(SCRATCH) * 4096;
  machine.memory.writeU64(at, BigInt(pointer));
  machine.memory.writeU64(at + 8, value);
  return call('mmu_update', linear(SCRATCH), 1, 0, DomainId.SELF);
};

/** Takes the writable mapping of a page away, as a guest does before the page becomes a table. */
const makeReadOnly = ({ call, linear, mfn }: Fixture, pfn: number): number =>
  call('update_va_mapping', linear(pfn), entry(mfn(pfn), 0x61), 0);

describe('types of frames', () => {
  it('a page that is mapped writable cannot become a table; read-only it can', () => {
    const fixture = createFixture();
    const { mfn, xen } = fixture;
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBe(-Errno.EINVAL);
    expect(makeReadOnly(fixture, FREE)).toBe(0);
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBe(0);
    expect(xen.frames.type[mfn(FREE)]).toBe(FrameType.l1);
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBe(-Errno.EINVAL);
    expect(audit(xen)).toEqual([]);
  });

  it('a table cannot be mapped writable, nor be a table of another level', () => {
    const fixture = createFixture();
    const { mfn, linear, call } = fixture;
    makeReadOnly(fixture, FREE);
    mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE));
    expect(call('update_va_mapping', linear(FREE), entry(mfn(FREE), 0x63), 0)).toBe(-Errno.EINVAL);
    expect(mmuext(fixture, MmuExt.pin_l2_table, mfn(FREE))).toBe(-Errno.EINVAL);
    expect(mmuext(fixture, MmuExt.unpin_table, mfn(FREE))).toBe(0);
    expect(mmuext(fixture, MmuExt.unpin_table, mfn(FREE))).toBe(-Errno.EINVAL);
    expect(call('update_va_mapping', linear(FREE), entry(mfn(FREE), 0x63), 0)).toBe(0);
  });

  it('a table with a bad entry is refused and leaves nothing behind', () => {
    const fixture = createFixture();
    const { mfn, machine, xen } = fixture;
    const table = mfn(FREE) * 4096;
    machine.memory.writeU64(table, entry(mfn(FREE + 1), 0x63));
    machine.memory.writeU64(table + 8, entry(0, 0x63)); // not the domain's
    makeReadOnly(fixture, FREE);
    const before = xen.frames.count[mfn(FREE + 1)];
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBeLessThan(0);
    expect(xen.frames.count[mfn(FREE + 1)]).toBe(before);
    expect(xen.frames.typeCount[mfn(FREE)]).toBe(0);
    expect(audit(xen)).toEqual([]);
  });

  it.each([0x80, 0x08, 0x10])('flag %s of an L1 entry is refused', (flag) => {
    const fixture = createFixture();
    expect(fixture.call('update_va_mapping', fixture.linear(FREE), entry(fixture.mfn(FREE), 0x61 | flag), 0)).toBe(-Errno.EINVAL);
  });

  it('superpages are refused at every level', () => {
    const fixture = createFixture();
    const { mfn, machine } = fixture;
    for (const [level, command] of [MmuExt.pin_l2_table, MmuExt.pin_l3_table, MmuExt.pin_l4_table].entries()) {
      machine.memory.writeU64(mfn(FREE + level) * 4096, entry(mfn(FREE + 10), 0xe7));
      makeReadOnly(fixture, FREE + level);
      expect(mmuext(fixture, command, mfn(FREE + level))).toBe(-Errno.EINVAL);
    }
  });

  it('a table that refers to itself as the next level is refused', () => {
    const fixture = createFixture();
    const { mfn, machine } = fixture;
    for (const [index, command] of [MmuExt.pin_l2_table, MmuExt.pin_l3_table, MmuExt.pin_l4_table].entries()) {
      machine.memory.writeU64(mfn(FREE + index) * 4096, entry(mfn(FREE + index), 0x67));
      makeReadOnly(fixture, FREE + index);
      expect(mmuext(fixture, command, mfn(FREE + index))).toBe(-Errno.EINVAL);
    }
    expect(audit(fixture.xen)).toEqual([]);
  });

  it('an L1 table that maps itself writable is refused, read-only accepted', () => {
    const fixture = createFixture();
    const { mfn, machine } = fixture;
    machine.memory.writeU64(mfn(FREE) * 4096, entry(mfn(FREE), 0x63));
    makeReadOnly(fixture, FREE);
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBe(-Errno.EINVAL);
    machine.memory.writeU64(mfn(FREE) * 4096, entry(mfn(FREE), 0x61));
    expect(mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE))).toBe(0);
    expect(mmuext(fixture, MmuExt.unpin_table, mfn(FREE))).toBe(0);
  });

  it('a frame of another domain, of the hypervisor, or that is none cannot be mapped', () => {
    const fixture = createFixture();
    const { linear, call, xen } = fixture;
    expect(call('update_va_mapping', linear(FREE), entry(16, 0x61), 0)).toBe(-Errno.EPERM);
    expect(call('update_va_mapping', linear(FREE), entry(xen.frames.size, 0x61), 0)).toBe(-Errno.EINVAL);
    expect(call('update_va_mapping', linear(FREE), entry(2 ** 39, 0x61), 0)).toBe(-Errno.EINVAL);
  });

  it('shared_info can be mapped but never become a table', () => {
    const fixture = createFixture();
    const { domain, linear, call } = fixture;
    expect(mmuext(fixture, MmuExt.pin_l1_table, domain.sharedInfo)).toBe(-Errno.EINVAL);
    expect(call('update_va_mapping', linear(FREE), entry(domain.sharedInfo, 0x63), 0)).toBe(0);
  });
});

describe('updates of entries', () => {
  it('store what the guest wrote plus user, global and the mark of the kernel', () => {
    const fixture = createFixture();
    const { machine, mfn, linear, call, xen, vcpu } = fixture;
    expect(call('update_va_mapping', linear(FREE), entry(mfn(FREE), 0x61), 0)).toBe(0);
    const address = xen.updates.locateL1(vcpu.kernelRoot, 511, 510, 0, FREE);
    expect(machine.memory.readU64(address)).toBe(entry(mfn(FREE), 0x65) | (1n << 52n));
    expect(call('update_va_mapping', linear(FREE), entry(mfn(FREE), 0x67), 0)).toBe(0);
    expect(machine.memory.readU64(address)).toBe(entry(mfn(FREE), 0x167));
  });

  it('of the slots of the hypervisor are refused, and a root shows them', () => {
    const fixture = createFixture();
    const { vcpu, machine } = fixture;
    expect(mmuUpdate(fixture, vcpu.kernelRoot * 4096 + 256 * 8, 0n)).toBe(-Errno.EINVAL);
    expect(mmuUpdate(fixture, vcpu.kernelRoot * 4096 + 271 * 8, 0n)).toBe(-Errno.EINVAL);
    expect(machine.memory.readU64(vcpu.kernelRoot * 4096 + 256 * 8)).not.toBe(0n);
  });

  it('of an L2 entry in use flush the translations of all vCPUs', () => {
    const fixture = createFixture();
    const { vcpu, xen, domain, machine } = fixture;
    const l3 = Number(machine.memory.readU64(vcpu.kernelRoot * 4096 + 511 * 8) >> 12n);
    const l2 = Number((machine.memory.readU64(l3 * 4096 + 510 * 8) >> 12n) & 0xff_ffffn);
    const old = machine.memory.readU64(l2 * 4096 + 8);
    expect(mmuUpdate(fixture, l2 * 4096 + 8, 0n)).toBe(0);
    for (const each of domain.vcpus) each.applyFlush();
    const contexts = domain.vcpus.map((each) => each.context);
    expect(contexts.every((context) => context instanceof FakeContext && context.flushes.length === 1)).toBe(true);
    expect(mmuUpdate(fixture, l2 * 4096 + 8, old)).toBe(0);
    expect(audit(xen)).toEqual([]);
  });

  it('count those done before a failure', () => {
    const fixture = createFixture();
    const { machine, mfn, linear, call } = fixture;
    const at = mfn(SCRATCH) * 4096;
    for (let index = 0; index < 3; index++) {
      machine.memory.writeU64(at + index * 16, BigInt(index === 2 ? 16 * 4096 : mfn(FREE) * 4096 + index * 8));
      machine.memory.writeU64(at + index * 16 + 8, BigInt(index + 1));
    }
    expect(call('mmu_update', linear(SCRATCH), 3, linear(SCRATCH, 2048), DomainId.SELF)).toBe(-Errno.EINVAL);
    expect(machine.memory.readU32(at + 2048)).toBe(2);
    expect(machine.memory.readU64(mfn(FREE) * 4096 + 8)).toBe(2n);
  });

  it('with a pointer that cannot be read are refused', () => {
    const { call } = createFixture();
    for (const pointer of [0n, 0x7fff_ffff_fff8n, 0xffff_8000_0000_0000n, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_fff8n]) {
      expect(call('mmu_update', pointer, 1, 0, DomainId.SELF)).toBe(-Errno.EFAULT);
    }
  });
});

describe('the end of a domain', () => {
  it('gives every frame back', () => {
    const fixture = createFixture();
    const { domain, xen, mfn } = fixture;
    makeReadOnly(fixture, FREE);
    mmuext(fixture, MmuExt.pin_l1_table, mfn(FREE));
    const own = [...xen.frames.ownedBy(domain.owner)].length;
    const free = xen.frames.free;
    destroyDomain(domain);
    expect(xen.frames.free).toBeGreaterThanOrEqual(free + own);
    expect([...xen.frames.ownedBy(domain.owner)]).toEqual([]);
    expect(audit(xen)).toEqual([]);
    expect([...xen.frames.count].filter((count, frame) => count > 0 && xen.frames.owner[frame] !== 1)).toEqual([]);
    expect([...xen.frames.flags].some((flags) => (flags & FrameFlag.pinned) !== 0)).toBe(false);
  });
});
