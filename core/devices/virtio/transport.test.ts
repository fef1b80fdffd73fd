/** The virtio transport, driven as a driver would: negotiation, rings, and rings that lie. */
import { beforeEach, describe, expect, it } from 'vitest';
import { BAR, BlockRequest, COMMON, type CommonRegister, Status } from '../../abi/virtio/virtio.table.ts';
import { Refusal } from '../../base/refusal.ts';
import type { BlockStore } from '../../seams/plugs.ts';
import { virtioBlock } from './block.ts';
import { VirtioTransport } from './transport.ts';

const RAM = 1 << 20;
const Layout = { descriptors: 0x1000, available: 0x2000, used: 0x3000, header: 0x4000, data: 0x5000, status: 0x6000 };
const VERSION_1 = 1;

class Driver {
  readonly ram = new Uint8Array(RAM);
  readonly view = new DataView(this.ram.buffer);
  line = false;
  readonly disk = new Uint8Array(64 * 512);
  flushes = 0;
  full = false;
  readonly store: BlockStore = {
    sectors: 64,
    readOnly: false,
    read: (offset, length) => this.disk.slice(offset, offset + length),
    write: (offset, bytes) => {
      if (this.full) throw new Refusal('disk-enospc', 'the disk is full', 'Free some space.');
      this.disk.set(bytes, offset);
    },
    flush: () => {
      this.flushes += 1;
    },
  };
  readonly transport = new VirtioTransport(
    virtioBlock(this.store, 'disk0'),
    {
      readMemory: (address, length) => this.ram.slice(address, address + length),
      writeMemory: (address, bytes) => this.ram.set(bytes, address),
    },
    (asserted) => {
      this.line = asserted;
    },
  );

  write(name: CommonRegister, value: number): void {
    const register = COMMON.find((each) => each.name === name);
    if (register) this.transport.write(register.at, register.width, value);
  }

  read(name: CommonRegister): number {
    const register = COMMON.find((each) => each.name === name);
    return register ? this.transport.read(register.at, register.width) >>> 0 : -1;
  }

  negotiate(): void {
    this.write('deviceStatus', Status.acknowledge | Status.driver);
    this.write('driverFeatureSelect', 1);
    this.write('driverFeature', VERSION_1);
    this.write('deviceStatus', Status.acknowledge | Status.driver | Status.featuresOk);
    this.write('queueSelect', 0);
    this.write('queueSize', 8);
    this.write('queueDescriptorLow', Layout.descriptors);
    this.write('queueAvailableLow', Layout.available);
    this.write('queueUsedLow', Layout.used);
    this.write('queueEnable', 1);
    this.write('deviceStatus', Status.acknowledge | Status.driver | Status.featuresOk | Status.driverOk);
  }

  describe(index: number, address: number, length: number, flags: number, next: number): void {
    const at = Layout.descriptors + 16 * index;
    this.view.setBigUint64(at, BigInt(address), true);
    this.view.setUint32(at + 8, length, true);
    this.view.setUint16(at + 12, flags, true);
    this.view.setUint16(at + 14, next, true);
  }

  submit(head: number): void {
    const index = this.view.getUint16(Layout.available + 2, true);
    this.view.setUint16(Layout.available + 4 + 2 * (index % 8), head, true);
    this.view.setUint16(Layout.available + 2, index + 1, true);
    this.transport.write(BAR.notify.at, 2, 0);
  }

  request(type: number, sector: number, length: number, deviceWrites: boolean): number {
    this.view.setUint32(Layout.header, type, true);
    this.view.setBigUint64(Layout.header + 8, BigInt(sector), true);
    this.ram[Layout.status] = 0xff;
    this.describe(0, Layout.header, 16, 1, length > 0 ? 1 : 2);
    this.describe(1, Layout.data, length, 1 | (deviceWrites ? 2 : 0), 2);
    this.describe(2, Layout.status, 1, 2, 0);
    this.submit(0);
    return this.ram[Layout.status] ?? -1;
  }
}

describe('a virtio block device', () => {
  let driver: Driver;
  beforeEach(() => {
    driver = new Driver();
    driver.negotiate();
  });

  it('offers version 1 and refuses a driver that does not want it', () => {
    driver.write('deviceFeatureSelect', 1);
    expect(driver.read('deviceFeature') & VERSION_1).toBe(VERSION_1);
    driver.write('deviceStatus', 0);
    driver.write('driverFeatureSelect', 1);
    driver.write('driverFeature', 0);
    driver.write('deviceStatus', Status.featuresOk);
    expect(driver.read('deviceStatus') & Status.featuresOk).toBe(0);
  });

  it('writes, reads back and flushes', () => {
    driver.ram.fill(0xa5, Layout.data, Layout.data + 1024);
    expect(driver.request(BlockRequest.write, 3, 1024, false)).toBe(0);
    expect([...driver.disk.subarray(3 * 512, 5 * 512)].every((byte) => byte === 0xa5)).toBe(true);
    driver.ram.fill(0, Layout.data, Layout.data + 1024);
    expect(driver.request(BlockRequest.read, 4, 512, true)).toBe(0);
    expect(driver.ram[Layout.data + 511]).toBe(0xa5);
    expect(driver.view.getUint32(Layout.used + 4 + 8 + 4, true)).toBe(513);
    expect(driver.request(BlockRequest.flush, 0, 0, false)).toBe(0);
    expect(driver.flushes).toBe(1);
  });

  it('raises its line for used buffers and lowers it when the cause is read', () => {
    driver.request(BlockRequest.flush, 0, 0, false);
    expect(driver.line).toBe(true);
    expect(driver.transport.read(BAR.isr.at, 1)).toBe(1);
    expect(driver.line).toBe(false);
  });

  it('answers an error where its medium fails, and goes on', () => {
    driver.full = true;
    expect(driver.request(BlockRequest.write, 3, 512, false)).toBe(1);
    expect(driver.request(BlockRequest.read, 3, 512, true)).toBe(0);
    driver.full = false;
    expect(driver.request(BlockRequest.write, 3, 512, false)).toBe(0);
  });

  it('answers an error to requests beyond the end and to unknown types', () => {
    expect(driver.request(BlockRequest.read, 64, 512, true)).toBe(1);
    expect(driver.request(BlockRequest.read, 63, 1024, true)).toBe(1);
    expect(driver.request(99, 0, 0, false)).toBe(2);
  });

  it.each([
    ['a chain that loops', (d: Driver) => d.describe(0, Layout.header, 16, 1, 0)],
    ['a descriptor outside the table', (d: Driver) => d.describe(0, Layout.header, 16, 1, 500)],
    [
      'a readable buffer behind a writable one',
      (d: Driver) => {
        d.describe(0, Layout.status, 1, 3, 1);
        d.describe(1, Layout.header, 16, 0, 0);
      },
    ],
    [
      'an indirect table inside an indirect table',
      (d: Driver) => {
        d.describe(0, Layout.descriptors + 16, 16, 4, 0);
        d.describe(1, Layout.descriptors, 16, 4, 0);
      },
    ],
    ['an absurd length', (d: Driver) => d.describe(0, Layout.header, 0xffff_ffff, 0, 0)],
  ])('needs a reset after %s', (_, spoil) => {
    spoil(driver);
    driver.submit(0);
    expect(driver.read('deviceStatus') & Status.needsReset).toBe(Status.needsReset);
    driver.write('deviceStatus', 0);
    expect(driver.read('deviceStatus')).toBe(0);
  });

  it('needs a reset when the available index runs away', () => {
    driver.view.setUint16(Layout.available + 2, 900, true);
    driver.transport.write(BAR.notify.at, 2, 0);
    expect(driver.read('deviceStatus') & Status.needsReset).toBe(Status.needsReset);
  });
});
