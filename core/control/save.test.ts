/** Saving and restoring: through the stream, shared as a clone, and streams that are not what they seem. */
import { describe, expect, it } from 'vitest';
import { SaveRecord } from '../abi/xen/save.table.ts';
import { SharedInfo } from '../abi/xen/shared-info.table.ts';
import { StartInfo } from '../abi/xen/start-info.table.ts';
import { random } from '../base/random.ts';
import { audit } from '../hypervisors/xen/audit.ts';
import { captureDomain } from '../hypervisors/xen/pv/capture.ts';
import type { PvDomain } from '../hypervisors/xen/pv/domain.ts';
import { rebuildDomain } from '../hypervisors/xen/pv/rebuild.ts';
import { destroyDomain } from '../hypervisors/xen/pv/teardown.ts';
import { createFixture, createXen, type Fixture, KERNEL_BASE, smallSpec } from '../hypervisors/xen/testing/fixture.ts';
import { Register } from '../seams/machine.ts';
import { loadStream } from './load-stream.ts';
import { saveStream } from './save-stream.ts';

/** A domain that did what Linux does before it suspends. */
const suspended = (): Fixture & { startInfo: number } => {
  const fixture = createFixture();
  const { machine, domain, vcpu, mfn, xen } = fixture;
  const shared = domain.sharedInfo * 4096;
  machine.memory.writeU64(shared + SharedInfo.maxPfn, 2048n);
  machine.memory.writeU64(shared + SharedInfo.p2mCr3, BigInt(vcpu.kernelRoot) << 12n);
  machine.memory.writeU64(shared + SharedInfo.p2mVaddr, 0x80_0000_0000n);
  const startInfo = (Number(vcpu.context.registers[Register.rsi] ?? 0n) - Number(KERNEL_BASE)) / 4096;
  const at = mfn(startInfo) * 4096;
  for (const field of [StartInfo.storeMfn, StartInfo.consoleMfn]) {
    machine.memory.writeU64(at + field, BigInt(xen.space.m2p(Number(machine.memory.readU64(at + field))) ?? 0));
  }
  vcpu.context.registers[Register.rdx] = BigInt(mfn(startInfo));
  vcpu.context.registers[Register.rbx] = 0x1234_5678_9abc_def0n;
  vcpu.context.rip = 0xffff_ffff_8100_0000n;
  vcpu.trapAddress[14] = 0xffff_ffff_8100_1000n;
  vcpu.syscall32Callback.address = 0xffff_ffff_8100_2000n;
  vcpu.kernelSp = 0xffff_ffff_8100_3000n;
  machine.memory.writeU64(mfn(100) * 4096 + 8, 0xfeed_face_cafe_beefn);
  domain.shutDown('suspend');
  return { ...fixture, startInfo };
};

const expectAlive = (domain: PvDomain, startInfo: number): void => {
  const { xen } = domain;
  const [vcpu] = domain.vcpus;
  expect(vcpu?.context.registers[Register.rbx]).toBe(0x1234_5678_9abc_def0n);
  expect([vcpu?.context.rip, vcpu?.context.registers[Register.rax], vcpu?.kernelMode]).toEqual([
    0xffff_ffff_8100_0000n,
    0n,
    true,
  ]);
  expect([vcpu?.trapAddress[14], vcpu?.syscall32Callback.address, vcpu?.kernelSp]).toEqual([
    0xffff_ffff_8100_1000n,
    0xffff_ffff_8100_2000n,
    0xffff_ffff_8100_3000n,
  ]);
  const linear = (pfn: number): number => Number(BigInt.asIntN(64, KERNEL_BASE)) + pfn * 4096;
  expect(vcpu?.memory.readU64(linear(100) + 8)).toBe(0xfeed_face_cafe_beefn);
  expect(vcpu?.memory.readU64(linear(startInfo) + StartInfo.sharedInfo)).toBe(BigInt(domain.sharedInfo) << 12n);
  expect(vcpu?.memory.readU64(linear(startInfo) + StartInfo.storeMfn)).toBe(BigInt(domain.rings.store.frame));
  const hundred = vcpu?.memory.locate(linear(100), false) ?? -1;
  expect(vcpu?.memory.readU64(0x80_0000_0000 + 800)).toBe(BigInt(hundred / 4096));
  expect(xen.space.m2p(hundred / 4096)).toBe(100);
  expect(audit(xen)).toEqual([]);
};

const concatenate = (parts: Iterable<Uint8Array>): Uint8Array => Uint8Array.from([...parts].flatMap((part) => [...part]));

const savedFile = (): { file: Uint8Array; startInfo: number } => {
  const { domain, startInfo } = suspended();
  const saved = captureDomain(domain, false);
  if (typeof saved === 'string') throw new Error(saved);
  return { file: concatenate(saveStream(saved, 1e9)), startInfo };
};

describe('a saved domain', () => {
  it('lives on in another hypervisor, at other frames', () => {
    const { file, startInfo } = savedFile();
    const { xen } = createXen();
    for (let taken = 0; taken < 333; taken++) xen.frames.allocate(9);
    const loaded = loadStream(file);
    if (typeof loaded === 'string') throw new Error(loaded);
    const domain = rebuildDomain(xen, smallSpec(), loaded);
    if (typeof domain === 'string') throw new Error(domain);
    expectAlive(domain, startInfo);
    destroyDomain(domain);
    expect(audit(xen).filter((offence) => !offence.includes('references counted, 0 found'))).toEqual([]);
  });

  it('is cloned beside itself, and goes on itself', () => {
    const { domain, startInfo, vcpu } = suspended();
    const { xen } = domain;
    const saved = captureDomain(domain, true);
    if (typeof saved === 'string') throw new Error(saved);
    const clone = rebuildDomain(xen, smallSpec({ name: 'clone' }), saved);
    if (typeof clone === 'string') throw new Error(clone);
    expectAlive(clone, startInfo);
    expect(clone.owner).not.toBe(domain.owner);
    expect(domain.resume()).toBe(true);
    expect(vcpu.context.registers[Register.rax]).toBe(1n);
    expect(domain.resume()).toBe(false);
  });

  it('is only taken from a domain that is suspended and says where its list is', () => {
    const running = createFixture();
    expect(captureDomain(running.domain, false)).toMatch(/not suspended/);
    const silent = createFixture();
    silent.domain.shutDown('suspend');
    expect(captureDomain(silent.domain, false)).toMatch(/list/);
    const { domain, machine } = suspended();
    machine.memory.writeU64(domain.sharedInfo * 4096 + SharedInfo.maxPfn, 2n ** 40n);
    expect(captureDomain(domain, false)).toMatch(/claims/);
  });
});

describe('a stream', () => {
  it('begins as the standard tools expect', () => {
    const { file } = savedFile();
    const view = new DataView(file.buffer);
    expect([view.getBigUint64(0), view.getUint32(8), view.getUint32(12)]).toEqual([0xffff_ffff_ffff_ffffn, 0x58454e46, 3]);
    expect([view.getUint32(24, true), view.getUint16(28, true), view.getUint32(40, true)]).toEqual([
      1,
      12,
      SaveRecord.X86_PV_INFO,
    ]);
    expect(file.length % 8).toBe(0);
  });

  it('that is cut off anywhere is refused with a sentence', () => {
    const { file } = savedFile();
    for (let length = 0; length < file.length; length = length < 400 ? length + 7 : Math.floor(length * 1.3)) {
      expect(typeof loadStream(file.slice(0, length))).toBe('string');
    }
  });

  it('with bytes changed at random is refused or restored, never an error of ours', () => {
    const { file } = savedFile();
    const chance = random(5);
    const { xen } = createXen();
    let refused = 0;
    for (let turn = 0; turn < 60; turn++) {
      const bad = file.slice();
      for (let change = 0; change < 8; change++) bad[chance.below(turn % 2 === 0 ? 4096 : bad.length)] = chance.below(256);
      const loaded = loadStream(bad);
      const domain = typeof loaded === 'string' ? loaded : rebuildDomain(xen, smallSpec(), loaded);
      if (typeof domain === 'string') refused += 1;
      else destroyDomain(domain);
    }
    expect(refused).toBeGreaterThan(10);
    expect(audit(xen)).toEqual([]);
  });
});
