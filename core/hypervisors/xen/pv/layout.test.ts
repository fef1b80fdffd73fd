/** The layout of a new domain against the published example: cloud kernel, 128 MB, RAM disk of 0x2ba pages. */
import { describe, expect, it } from 'vitest';
import { StartInfo } from '../../../abi/xen/start-info.table.ts';
import { createFixture, KERNEL_BASE, smallKernel } from '../testing/fixture.ts';
import { layOut, tablesFor } from './layout.ts';

const cloudKernel = { ...smallKernel, segments: [{ address: 0x100_0000, bytes: new Uint8Array(0), size: 0x2e0_0000 }] };

describe('layout', () => {
  it('is that of the standard builder', () => {
    const layout = layOut(cloudKernel, 0x2ba * 4096, 0x8000);
    expect(layout).toMatchObject({
      kernelEnd: 0x3e00,
      startInfo: 0x3e00,
      store: 0x3e01,
      console: 0x3e02,
      tables: 0x3e03,
      tableCount: 0x23,
      stack: 0x3e26,
      mappingEnd: 0x4000,
      module: 0x4000,
      modulePages: 0x2ba,
      p2m: 0x42ba,
      p2mPages: 0x40,
      p2mTables: 3,
    });
  });

  it('puts module and P2M list into the first mapping for kernels that want it so', () => {
    const layout = layOut({ ...cloudKernel, initialP2m: undefined, moduleByFrame: false }, 5 * 4096, 0x8000);
    expect(layout).toMatchObject({ module: 0x3e00, p2m: 0x3e05, startInfo: 0x3e45, moduleMapped: true, p2mTables: 0 });
    expect(layout.mappingEnd).toBeGreaterThan(layout.stack + 0x80);
    expect(layout.end).toBe(layout.mappingEnd);
  });

  it('counts tables across boundaries', () => {
    expect(tablesFor(KERNEL_BASE, 0x4000)).toBe(34);
    expect(tablesFor(0x80_0000_0000n, 0x40)).toBe(3);
    expect(tablesFor(0x1f_f000n, 2)).toBe(4);
  });
});

describe('a new domain', () => {
  it('finds its start_info, its tables read-only, and the list of its frames', () => {
    const { machine, vcpu, mfn, domain, xen } = createFixture({
      ramdisk: new Uint8Array(5000).fill(7),
      commandLine: 'console=hvc0',
    });
    const start = Number(vcpu.context.registers[6] ?? 0n) - Number(KERNEL_BASE);
    const info = mfn(start / 4096) * 4096;
    const u64 = (at: number): bigint => machine.memory.readU64(info + at);
    expect(new TextDecoder().decode(machine.memory.read(info, 14))).toBe('xen-3.0-x86_64');
    expect(u64(StartInfo.nrPages)).toBe(2048n);
    expect(u64(StartInfo.sharedInfo)).toBe(BigInt(domain.sharedInfo) << 12n);
    expect(machine.memory.readU32(info + StartInfo.flags)).toBe(0x18);
    expect(u64(StartInfo.mfnList)).toBe(0x80_0000_0000n);
    expect(u64(StartInfo.modLength)).toBe(5000n);
    const module = mfn(Number(u64(StartInfo.modStart)));
    expect(machine.memory.read(module * 4096, 3)).toEqual(Uint8Array.of(7, 7, 7));
    expect(vcpu.memory.read(0x80_0000_0000, 8)).toEqual(new Uint8Array(BigUint64Array.of(BigInt(mfn(0))).buffer));
    const tables = Number(u64(StartInfo.ptBase)) - Number(KERNEL_BASE);
    expect(vcpu.memory.locate(tables - 0x8000_0000, true)).toBe(-1);
    expect(vcpu.memory.locate(tables - 0x8000_0000, false)).toBe(mfn(tables / 4096) * 4096);
    expect(vcpu.upcallMasked).toBe(true);
    expect(domain.rings).toMatchObject({ store: { port: 1 }, console: { port: 2 } });
    expect(xen.frames.offences()).toEqual([]);
  });

  it('is refused with a sentence if it does not fit', () => {
    expect(() => createFixture({ pages: 600 })).toThrow(/pages/);
    expect(() => createFixture({ pages: 9000, maximumPages: 9000 })).toThrow(/free/);
    expect(() => createFixture({ vcpus: 33 })).toThrow(/vCPUs/);
  });
});
