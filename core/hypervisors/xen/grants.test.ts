/** Grants: what a domain lets others use, while they use it and afterwards. */
import { describe, expect, it } from 'vitest';
import { GrantFlag, GrantStatus } from '../../abi/xen/grants.table.ts';
import { audit } from './audit.ts';
import { NativeDomain } from './native/domain.ts';
import { platformOf } from './native/platform.ts';
import { buildDomain } from './pv/build.ts';
import { destroyDomain } from './pv/teardown.ts';
import { createXen, kernelOf, smallSpec } from './testing/fixture.ts';

const REFERENCE = 8;
const PAGE = 100;

const pair = () => {
  const { machine, xen } = createXen();
  const native = new NativeDomain(xen, 0, 'control', 256);
  const built = buildDomain(xen, smallSpec());
  if (typeof built === 'string') throw new Error(built);
  const guest = kernelOf(built);
  const grant = (flags: number, frame: number, domain = 0): void => built.grants.write(REFERENCE, flags, domain, frame);
  const flags = (): number => machine.memory.readU32((built.grants.frames[0] ?? 0) * 4096 + REFERENCE * 8) & 0xffff;
  return { machine, xen, native, platform: platformOf(native), ...guest, grant, flags };
};

describe('grants', () => {
  it('of store and console are there from the start', () => {
    const { platform, domain } = pair();
    for (const reference of [0, 1]) {
      const page = platform.foreign.map(domain.id, reference, 'write');
      expect(typeof page).toBe('object');
      if (typeof page === 'object') page.unmap();
    }
  });

  it('show their use in the entry, and hold the frame', () => {
    const { platform, domain, grant, flags, mfn, xen } = pair();
    grant(GrantFlag.permit_access, mfn(PAGE));
    const count = xen.frames.count[mfn(PAGE)] ?? 0;
    const page = platform.foreign.map(domain.id, REFERENCE, 'write');
    if (typeof page === 'number') throw new Error('not mapped');
    expect(flags()).toBe(GrantFlag.permit_access | GrantFlag.reading | GrantFlag.writing);
    expect(xen.frames.count[mfn(PAGE)]).toBe(count + 1);
    page.bytes('write')[5] = 42;
    expect(xen.memory.read(mfn(PAGE) * 4096 + 5, 1)).toEqual(Uint8Array.of(42));
    page.unmap();
    page.unmap();
    expect(flags()).toBe(GrantFlag.permit_access);
    expect(xen.frames.count[mfn(PAGE)]).toBe(count);
  });

  it('are refused for the wrong domain, the wrong frame, writing what is read-only, and entries that are none', () => {
    const { platform, domain, grant, mfn, xen } = pair();
    const status = (reference = REFERENCE, access: 'read' | 'write' = 'write'): unknown =>
      platform.foreign.map(domain.id, reference, access);
    grant(GrantFlag.permit_access, mfn(PAGE), 5);
    expect(status()).toBe(GrantStatus.general_error);
    grant(GrantFlag.permit_access, 16);
    expect(status()).toBe(GrantStatus.general_error);
    grant(GrantFlag.permit_access, 0xffff_ffff);
    expect(status()).toBe(GrantStatus.general_error);
    grant(GrantFlag.permit_access | GrantFlag.readonly, mfn(PAGE));
    expect(status()).toBe(GrantStatus.general_error);
    grant(GrantFlag.accept_transfer, mfn(PAGE));
    expect(status()).toBe(GrantStatus.general_error);
    expect(status(512)).toBe(GrantStatus.bad_gntref);
    expect(status(0xffff_ffff)).toBe(GrantStatus.bad_gntref);
    // A page table may be read, never written, through a grant.
    grant(GrantFlag.permit_access, domain.vcpus[0]?.kernelRoot ?? 0);
    expect(status()).toBe(GrantStatus.general_error);
    expect(audit(xen)).toEqual([]);
  });

  it('keep a page alive that its owner gave back, until the last use ends', () => {
    const { platform, domain, grant, mfn, xen } = pair();
    grant(GrantFlag.permit_access, mfn(PAGE));
    const frame = mfn(PAGE);
    const page = platform.foreign.map(domain.id, REFERENCE, 'read');
    destroyDomain(domain);
    expect(xen.frames.count[frame]).toBe(1);
    if (typeof page === 'object') page.unmap();
    expect(xen.frames.count[frame]).toBe(0);
    expect(audit(xen)).toEqual([]);
  });

  it('copy within a page and not beyond', () => {
    const { platform, domain, grant, mfn, xen } = pair();
    grant(GrantFlag.permit_access, mfn(PAGE));
    expect(platform.foreign.copyTo(domain.id, REFERENCE, 4090, Uint8Array.of(1, 2, 3, 4, 5, 6))).toBe(GrantStatus.okay);
    expect(platform.foreign.copyFrom(domain.id, REFERENCE, 4092, 4)).toEqual(Uint8Array.of(3, 4, 5, 6));
    expect(platform.foreign.copyTo(domain.id, REFERENCE, 4091, new Uint8Array(6))).toBe(GrantStatus.bad_copy_arg);
    expect(platform.foreign.copyFrom(domain.id, REFERENCE, 0, 4097)).toBe(GrantStatus.bad_copy_arg);
    expect(domain.grants.inUse).toBe(0);
    expect(audit(xen)).toEqual([]);
  });

  it('of a native domain go the other way', () => {
    const { platform, native, domain } = pair();
    const page = platform.own.allocate();
    if (page === undefined) throw new Error('no page');
    page.bytes('write')[0] = 9;
    const reference = platform.own.grant(domain.id, page, 'read');
    expect(native.grants.acquire(reference, domain.id, true)).toBe(GrantStatus.general_error);
    expect(native.grants.acquire(reference, domain.id, false)).toBe(page.frame);
    expect(platform.own.revoke(reference)).toBe(false);
    native.grants.release(reference, false);
    expect(platform.own.revoke(reference)).toBe(true);
    page.release();
    expect(native.pages).toBe(0);
  });

  it('are mapped into a guest by hypercall, and survive what it does to the entry', () => {
    const { platform, native, domain, call, linear, mfn, machine, vcpu, xen } = pair();
    const page = platform.own.allocate();
    if (page === undefined) throw new Error('no page');
    const reference = platform.own.grant(domain.id, page, 'write');
    const at = mfn(90) * 4096;
    const view = (offset: number): DataView => new DataView(machine.memory.read(at + offset, 8).buffer);
    machine.memory.writeU64(at, linear(PAGE));
    machine.memory.writeU32(at + 8, 2);
    machine.memory.writeU32(at + 12, reference);
    machine.memory.writeU32(at + 16, native.id);
    expect(call('grant_table_op', 0, linear(90), 1)).toBe(0);
    expect(view(18).getInt16(0, true)).toBe(GrantStatus.okay);
    expect(vcpu.memory.locate(Number(BigInt.asIntN(64, linear(PAGE))), true)).toBe(page.frame * 4096);
    // The guest maps something else there behind the grant's back: the entry's own references go, the grant stays.
    expect(call('update_va_mapping', linear(PAGE), (BigInt(mfn(PAGE)) << 12n) | 0x67n, 2)).toBe(0);
    expect(native.grants.inUse).toBe(1);
    const handle = view(20).getUint32(0, true);
    machine.memory.writeU64(at, 0n);
    machine.memory.writeU64(at + 8, 0n);
    machine.memory.writeU32(at + 16, handle);
    expect(call('grant_table_op', 1, linear(90), 1)).toBe(0);
    expect(view(20).getInt16(0, true)).toBe(GrantStatus.okay);
    expect(native.grants.inUse).toBe(0);
    expect(audit(xen)).toEqual([]);
  });
});
