/** The block back end against a front end of the test: the handshake, requests good and bad, and a ring run wild. */
import { describe, expect, it } from 'vitest';
import { BlockOperation, BlockRequest, BlockResponse, BlockStatus, RingPage } from '../../abi/xen/rings.table.ts';
import { plugDisk } from '../../control/devices.ts';
import type { BlockStore } from '../../seams/plugs.ts';
import { FrontRing, GuestSide } from '../testing/guest-side.ts';
import { BlockBack } from './back.ts';

const RING = 100;
const DATA = 110;

const setUp = (changes: Partial<BlockStore> = {}) => {
  const guest = new GuestSide();
  const content = new Uint8Array(64 * 512);
  const log: string[] = [];
  const disk: BlockStore = {
    sectors: 64,
    readOnly: false,
    read: (offset, length) => content.slice(offset, offset + length),
    write: (offset, bytes) => {
      log.push(`write ${offset} ${bytes.length}`);
      content.set(bytes, offset);
    },
    flush: () => log.push('flush'),
    ...changes,
  };
  const place = plugDisk(guest.store, guest.platform, guest.domain.id, 0, disk.readOnly);
  const back = new BlockBack(place, disk);
  guest.run();
  const ring = new FrontRing(guest, RING, BlockRequest.SIZE);
  const port = guest.allocatePort();
  const connect = (): void => {
    guest.store.write(`${place.frontPath}/ring-ref`, String(guest.grant(RING)));
    guest.store.write(`${place.frontPath}/event-channel`, String(port));
    guest.store.write(`${place.frontPath}/protocol`, 'x86_64-abi');
    guest.store.write(`${place.frontPath}/state`, '3');
    guest.run();
  };
  const state = (): string | undefined => guest.store.read(`${place.backPath}/state`);
  /** One request with segments {reference, first, last}; its status. */
  const request = (
    operation: number,
    sector: number,
    segments: readonly (readonly [number, number, number])[],
  ): number | undefined => {
    ring.put((slot) => {
      slot.setUint8(BlockRequest.operation, operation);
      slot.setUint8(BlockRequest.segments, segments.length);
      slot.setBigUint64(BlockRequest.id, 77n, true);
      slot.setBigUint64(BlockRequest.sector, BigInt(sector), true);
      for (const [index, [reference, first, last]] of segments.slice(0, 11).entries()) {
        slot.setUint32(BlockRequest.list + index * 8, reference, true);
        slot.setUint8(BlockRequest.list + index * 8 + 4, first);
        slot.setUint8(BlockRequest.list + index * 8 + 5, last);
      }
    });
    guest.domain.events.send(port);
    guest.run();
    const [response] = ring.take();
    if (response !== undefined) expect([response.getBigUint64(BlockResponse.id, true), guest.heard(port)]).toEqual([77n, true]);
    return response?.getInt16(BlockResponse.status, true);
  };
  return { guest, content, log, place, back, ring, port, connect, state, request };
};

describe('the block back end', () => {
  it('says what it can do, connects, and tells the size', () => {
    const { connect, state, guest, place } = setUp();
    expect(state()).toBe('2');
    expect(guest.store.read(`${place.backPath}/feature-flush-cache`)).toBe('1');
    connect();
    expect(state()).toBe('4');
    expect(guest.store.read(`${place.backPath}/sectors`)).toBe('64');
  });

  it('reads, writes and flushes in order', () => {
    const { connect, request, guest, content, log } = setUp();
    connect();
    guest.page(DATA).fill(9, 512, 1536);
    const reference = guest.grant(DATA);
    expect(request(BlockOperation.write, 10, [[reference, 1, 2]])).toBe(BlockStatus.okay);
    expect(content.subarray(5120, 5122)).toEqual(Uint8Array.of(9, 9));
    expect(request(BlockOperation.flush, 0, [])).toBe(BlockStatus.okay);
    expect(request(BlockOperation.barrier, 11, [[reference, 1, 1]])).toBe(BlockStatus.okay);
    expect(log).toEqual(['write 5120 1024', 'flush', 'flush', 'write 5632 512', 'flush']);
    guest.page(DATA).fill(0);
    expect(
      request(BlockOperation.read, 10, [
        [reference, 0, 0],
        [reference, 7, 7],
      ]),
    ).toBe(BlockStatus.okay);
    expect([guest.page(DATA)[0], guest.page(DATA)[512], guest.page(DATA)[7 * 512]]).toEqual([9, 0, 9]);
    expect(guest.domain.grants.inUse).toBe(1);
  });

  it('refuses what is beyond the disk, the page, or its rights', () => {
    const { connect, request, guest } = setUp();
    connect();
    const reference = guest.grant(DATA);
    const readOnly = guest.grant(DATA, true);
    expect(request(BlockOperation.read, 63, [[reference, 0, 1]])).toBe(BlockStatus.error);
    expect(request(BlockOperation.read, 2 ** 40, [[reference, 0, 0]])).toBe(BlockStatus.error);
    expect(request(BlockOperation.read, 0, [[reference, 0, 8]])).toBe(BlockStatus.error);
    expect(request(BlockOperation.read, 0, [[reference, 3, 2]])).toBe(BlockStatus.error);
    expect(request(BlockOperation.read, 0, [[readOnly, 0, 0]])).toBe(BlockStatus.error);
    expect(request(BlockOperation.write, 0, [[readOnly, 0, 0]])).toBe(BlockStatus.okay);
    expect(request(BlockOperation.read, 0, [[500, 0, 0]])).toBe(BlockStatus.error);
    expect(
      request(
        BlockOperation.read,
        0,
        Array.from({ length: 12 }, () => [reference, 0, 0] as const),
      ),
    ).toBe(BlockStatus.error);
    expect(request(BlockOperation.discard, 0, [])).toBe(BlockStatus.notSupported);
    expect(request(99, 0, [])).toBe(BlockStatus.notSupported);
  });

  it('writes nothing to a read-only disk', () => {
    const { connect, request, guest, log } = setUp({ readOnly: true });
    connect();
    expect(request(BlockOperation.write, 0, [[guest.grant(DATA), 0, 0]])).toBe(BlockStatus.error);
    expect(log).toEqual([]);
  });

  it('ends a front end whose ring claims more requests than it holds', () => {
    const { connect, ring, guest, port, state } = setUp();
    connect();
    ring.view.setUint32(RingPage.requestProducer, 0x8000_0000, true);
    guest.domain.events.send(port);
    guest.run();
    expect(state()).toBe('5');
    expect(guest.domain.grants.inUse).toBe(0);
  });

  it('starts anew with a front end that comes back, and leaves nothing behind', () => {
    const { connect, guest, place, state, back, ring } = setUp();
    connect();
    guest.store.write(`${place.frontPath}/state`, '5');
    guest.run();
    guest.store.write(`${place.frontPath}/state`, '6');
    guest.run();
    expect(state()).toBe('6');
    expect(guest.domain.grants.inUse).toBe(0);
    guest.store.write(`${place.frontPath}/state`, '1');
    guest.run();
    expect(state()).toBe('2');
    guest.page(RING).fill(0);
    ring.view.setUint32(RingPage.requestEvent, 1, true);
    connect();
    expect(state()).toBe('4');
    back.close();
    expect(guest.domain.grants.inUse).toBe(0);
  });

  it('refuses a front end that names no ring, or one that is not granted', () => {
    const { guest, place, state } = setUp();
    guest.store.write(`${place.frontPath}/state`, '3');
    guest.run();
    expect(state()).toBe('5');
    expect(guest.store.read(`${place.backPath}/error`)).toMatch(/ring-ref/);
  });
});
