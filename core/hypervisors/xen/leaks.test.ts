/** What a domain took comes back when it is gone: frames, ports, grants, timers, however many domains there were. */
import { expect, it } from 'vitest';
import { GrantFlag } from '../../abi/xen/grants.table.ts';
import { audit } from './audit.ts';
import { NativeDomain } from './native/domain.ts';
import { platformOf } from './native/platform.ts';
import { buildDomain } from './pv/build.ts';
import { destroyDomain } from './pv/teardown.ts';
import { createXen, kernelOf, smallSpec } from './testing/fixture.ts';

it('nothing is left of a hundred domains with eight vCPUs that used all there is to use', () => {
  const { xen } = createXen(4096);
  const control = new NativeDomain(xen, 0, 'control', 256);
  const platform = platformOf(control);
  /** One life: ports bound, pages granted and mapped both ways, FIFO events, tables of version 2, timers, a descriptor table. */
  const live = (): void => {
    const domain = buildDomain(xen, smallSpec({ vcpus: 8, pages: 1100, maximumPages: 1200 }));
    if (typeof domain === 'string') throw new Error(domain);
    const { call, linear, mfn, vcpu } = kernelOf(domain);
    domain.unpause();
    const port = platform.events.bind(domain.id, domain.rings.store.port);
    domain.grants.write(9, GrantFlag.permit_access, 0, mfn(100));
    const mapped = platform.foreign.map(domain.id, 9, 'write');
    const page = platform.own.allocate();
    if (typeof mapped === 'number' || page === undefined) throw new Error('not mapped');
    const reference = platform.own.grant(domain.id, page, 'write');
    const at = mfn(90) * 4096;
    xen.memory.writeU64(at, linear(101));
    xen.memory.writeU32(at + 8, 2);
    xen.memory.writeU32(at + 12, reference);
    xen.memory.writeU32(at + 16, 0);
    expect(call('grant_table_op', 0, linear(90), 1)).toBe(0);
    expect(control.grants.inUse).toBe(1);
    for (let id = 0; id < 8; id++) expect(domain.initFifo(id, mfn(102), 128 * id)).toBe(0);
    expect(domain.fifo?.expand(mfn(103))).toBe(0);
    expect(call('update_va_mapping', linear(104), (BigInt(mfn(104)) << 12n) | 0x61n, 2)).toBe(0);
    xen.memory.writeU64(at, BigInt(mfn(104)));
    expect(call('set_gdt', linear(90), 512)).toBe(0);
    xen.timersOf(vcpu).set(vcpu.timer, 10 ** 12);
    destroyDomain(domain);
    mapped.unmap();
    platform.events.close(port);
    expect(platform.own.revoke(reference)).toBe(true);
    page.release();
  };
  // The first domain at a place makes the hypervisor's own tables for it; they stay.
  live();
  const counts = (): readonly number[] => [
    xen.frames.free,
    control.events.inUse,
    control.grants.inUse,
    control.pages,
    xen.domains.length,
  ];
  const before = counts();
  for (let turn = 0; turn < 100; turn++) live();
  expect(counts()).toEqual(before);
  expect(xen.timersOn(0).next).toBe(Number.POSITIVE_INFINITY);
  expect(audit(xen)).toEqual([]);
});
