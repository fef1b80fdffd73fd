/** Version 2 of the grant table, and the operations that move entries and pages about. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../abi/xen/errno.table.ts';
import { GrantEntry2, GrantFlag, GrantOp, GrantStatus } from '../../abi/xen/grants.table.ts';
import { audit } from './audit.ts';
import { NativeDomain } from './native/domain.ts';
import { platformOf } from './native/platform.ts';
import { buildDomain } from './pv/build.ts';
import { createXen, kernelOf, smallSpec } from './testing/fixture.ts';

const REFERENCE = 8;
const PAGE = 100;
const ARGUMENTS = 90;

const setUp = () => {
  const { machine, xen } = createXen();
  const native = new NativeDomain(xen, 0, 'control', 256);
  const build = () => {
    const built = buildDomain(xen, smallSpec({ maximumPages: 2050 }));
    if (typeof built === 'string') throw new Error(built);
    return kernelOf(built);
  };
  const guest = build();
  const { memory } = machine;
  const argument = guest.mfn(ARGUMENTS) * 4096;
  const operate = (operation: number, count = 1, from = guest): number =>
    from.call('grant_table_op', operation, from.linear(ARGUMENTS), count);
  const setVersion = (version: number): number => {
    memory.writeU32(argument, version);
    return operate(GrantOp.set_version);
  };
  /** Writes an entry of version 2 as the guest would. */
  const entry = (reference: number, flags: number, domain: number, frame: number, part = 0): void => {
    const at = (guest.domain.grants.frames[0] ?? 0) * 4096 + reference * GrantEntry2.SIZE;
    memory.writeU64(at + GrantEntry2.frame, BigInt(frame));
    memory.writeU32(at + GrantEntry2.offset, part);
    memory.writeU32(at, flags | (domain << 16));
  };
  return { memory, xen, native, platform: platformOf(native), guest, build, argument, operate, setVersion, entry };
};

describe('version 2', () => {
  it('keeps the reserved entries, so that store and console go on, and forgets the others', () => {
    const { setVersion, platform, guest, memory, argument, operate } = setUp();
    guest.domain.grants.write(REFERENCE, GrantFlag.permit_access, 0, guest.mfn(PAGE));
    expect(setVersion(2)).toBe(0);
    memory.writeU32(argument, 0x7ff0);
    expect(operate(GrantOp.get_version)).toBe(0);
    expect(memory.readU32(argument + 4)).toBe(2);
    for (const reference of [0, 1]) expect(typeof platform.foreign.map(guest.domain.id, reference, 'write')).toBe('object');
    expect(platform.foreign.map(guest.domain.id, REFERENCE, 'read')).toBe(GrantStatus.general_error);
    expect([setVersion(3), setVersion(0)]).toEqual([-Errno.EINVAL, -Errno.EINVAL]);
  });

  it('says in frames of its own who uses an entry', () => {
    const { setVersion, entry, platform, guest, memory, argument, operate } = setUp();
    setVersion(2);
    memory.writeU32(argument, 1);
    memory.writeU32(argument + 4, 0x7ff0);
    memory.writeU64(argument + 8, guest.linear(ARGUMENTS, 64));
    expect(operate(GrantOp.get_status_frames)).toBe(0);
    expect(memory.readU32(argument + 4) >>> 16).toBe(0);
    const status = Number(memory.readU64(argument + 64)) * 4096;
    entry(REFERENCE + 1, GrantFlag.permit_access, 0, guest.mfn(PAGE));
    const page = platform.foreign.map(guest.domain.id, REFERENCE + 1, 'write');
    if (typeof page === 'number') throw new Error('not mapped');
    expect(memory.readU32(status + 2 * REFERENCE) >>> 16).toBe(GrantFlag.reading | GrantFlag.writing);
    expect(setVersion(1)).toBe(-Errno.EBUSY);
    page.unmap();
    expect(memory.readU32(status + 2 * REFERENCE)).toBe(0);
    expect(setVersion(1)).toBe(0);
  });

  it('keeps status frames that the guest maps: leaving the version is refused until it does not', () => {
    const { setVersion, guest, xen } = setUp();
    setVersion(2);
    const [status] = guest.domain.grants.statusFrames;
    expect(guest.call('update_va_mapping', guest.linear(PAGE), (BigInt(status ?? 0) << 12n) | 0x61n, 2)).toBe(0);
    expect(setVersion(1)).toBe(-Errno.EBUSY);
    expect(guest.call('update_va_mapping', guest.linear(PAGE), 0n, 2)).toBe(0);
    expect(setVersion(1)).toBe(0);
    expect(guest.domain.grants.statusFrames).toEqual([]);
    expect(audit(xen)).toEqual([]);
  });

  it('lets part of a page be copied, exactly that part, and not mapped', () => {
    const { setVersion, entry, platform, guest, xen } = setUp();
    setVersion(2);
    entry(REFERENCE, GrantFlag.permit_access | GrantFlag.sub_page, 0, guest.mfn(PAGE), 256 | (16 << 16));
    const { id } = guest.domain;
    expect(platform.foreign.copyTo(id, REFERENCE, 256, new Uint8Array(16).fill(7))).toBe(GrantStatus.okay);
    expect(platform.foreign.copyFrom(id, REFERENCE, 260, 2)).toEqual(Uint8Array.of(7, 7));
    expect(platform.foreign.copyTo(id, REFERENCE, 255, new Uint8Array(2))).toBe(GrantStatus.general_error);
    expect(platform.foreign.copyFrom(id, REFERENCE, 270, 3)).toBe(GrantStatus.general_error);
    expect(platform.foreign.map(id, REFERENCE, 'read')).toBe(GrantStatus.general_error);
    expect(setVersion(1)).toBe(0);
    expect(audit(xen)).toEqual([]);
  });

  it('passes a grant on for copies, one step and to nobody else', () => {
    const { setVersion, entry, platform, guest, build, xen } = setUp();
    const other = build();
    setVersion(2);
    other.domain.grants.write(20, GrantFlag.permit_access | GrantFlag.readonly, guest.domain.id, other.mfn(PAGE));
    xen.memory.write(other.mfn(PAGE) * 4096, Uint8Array.of(5));
    entry(REFERENCE, GrantFlag.transitive, 0, 20, other.domain.id);
    expect(platform.foreign.copyFrom(guest.domain.id, REFERENCE, 0, 1)).toEqual(Uint8Array.of(5));
    expect(platform.foreign.copyTo(guest.domain.id, REFERENCE, 0, Uint8Array.of(1))).toBe(GrantStatus.general_error);
    expect(platform.foreign.map(guest.domain.id, REFERENCE, 'read')).toBe(GrantStatus.general_error);
    // To itself: the next step would be the second.
    entry(REFERENCE + 1, GrantFlag.transitive, guest.domain.id, REFERENCE, guest.domain.id);
    entry(REFERENCE + 2, GrantFlag.transitive, 0, REFERENCE + 1, guest.domain.id);
    expect(platform.foreign.copyFrom(guest.domain.id, REFERENCE + 2, 0, 1)).toBe(GrantStatus.general_error);
    expect(audit(xen)).toEqual([]);
  });
});

describe('entries', () => {
  it('trade places unless they are in use', () => {
    const { guest, platform, memory, argument, operate } = setUp();
    const { grants, id } = guest.domain;
    grants.write(REFERENCE, GrantFlag.permit_access, 0, guest.mfn(PAGE));
    const swap = (one: number, other: number): number => {
      memory.writeU32(argument, one);
      memory.writeU32(argument + 4, other);
      expect(operate(GrantOp.swap_grant_ref)).toBe(0);
      return (memory.readU32(argument + 8) << 16) >> 16;
    };
    expect(swap(REFERENCE, 300)).toBe(GrantStatus.okay);
    expect(platform.foreign.map(id, REFERENCE, 'read')).toBe(GrantStatus.general_error);
    expect(typeof platform.foreign.map(id, 300, 'read')).toBe('object');
    expect([swap(300, REFERENCE), swap(REFERENCE, 512)]).toEqual([GrantStatus.eagain, GrantStatus.bad_gntref]);
  });
});

describe('a transfer', () => {
  it('gives a page nobody uses to the domain that waits for it', () => {
    const { guest, build, memory, argument, operate, xen } = setUp();
    const other = build();
    const frame = guest.mfn(PAGE);
    const transfer = (): number => {
      memory.writeU64(argument, BigInt(frame));
      memory.writeU32(argument + 8, other.domain.id);
      memory.writeU32(argument + 12, REFERENCE);
      expect(operate(GrantOp.transfer)).toBe(0);
      return (memory.readU32(argument + 16) << 16) >> 16;
    };
    expect(transfer()).toBe(GrantStatus.bad_page); // mapped
    expect(guest.call('update_va_mapping', guest.linear(PAGE), 0n, 2)).toBe(0);
    expect(transfer()).toBe(GrantStatus.general_error); // not awaited
    other.domain.grants.write(REFERENCE, GrantFlag.accept_transfer, guest.domain.id, 0);
    expect(transfer()).toBe(GrantStatus.okay);
    expect(xen.frames.owner[frame]).toBe(other.domain.owner);
    expect([guest.domain.pages, other.domain.pages]).toEqual([2047, 2049]);
    expect(transfer()).toBe(GrantStatus.bad_page);
    expect(audit(xen)).toEqual([]);
  });
});
