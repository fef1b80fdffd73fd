/** The block back end against a front end of the test: the handshake, requests good and bad, and a ring run wild. */
import { describe, expect, it } from 'vitest';
import { BlockOperation, BlockRequest, BlockResponse, BlockStatus, RingPage } from '../../abi/xen/rings.table.ts';
import { plugDisk } from '../../control/devices.ts';
import type { BlockStore, Disk, BlockRequest as DiskRequest } from '../../seams/plugs.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { GuestRing, GuestSide } from '../testing/guest-side.ts';
import { BlockBack } from './back.ts';

const RING = 100;
const DATA = 110;

const setUp = (changes: Partial<BlockStore> = {}, other?: Disk) => {
  const guest = new GuestSide();
  const { content, log, store } = memoryDisk(64, changes);
  const { discard: _none, ...disk } = store;
  const place = plugDisk(guest.store, guest.platform, guest.domain.id, 0, disk.readOnly);
  const back = new BlockBack(place, other ?? disk);
  guest.run();
  const ring = new GuestRing(guest, RING, BlockRequest.SIZE);
  const port = guest.allocatePort();
  const connect = (): void => {
    guest.store.write(`${place.frontPath}/ring-ref`, String(guest.grant(RING)));
    guest.store.write(`${place.frontPath}/event-channel`, String(port));
    guest.store.write(`${place.frontPath}/protocol`, 'x86_64-abi');
    guest.store.write(`${place.frontPath}/state`, '3');
    guest.run();
  };
  /** Puts one request with segments {reference, first, last} into the ring. */
  const put = (id: number, operation: number, sector: number, segments: readonly (readonly [number, number, number])[]): void =>
    ring.put((slot) => {
      slot.setUint8(BlockRequest.operation, operation);
      slot.setUint8(BlockRequest.segments, segments.length);
      slot.setBigUint64(BlockRequest.id, BigInt(id), true);
      slot.setBigUint64(BlockRequest.sector, BigInt(sector), true);
      for (const [index, [reference, first, last]] of segments.slice(0, 11).entries()) {
        slot.setUint32(BlockRequest.list + index * 8, reference, true);
        slot.setUint8(BlockRequest.list + index * 8 + 4, first);
        slot.setUint8(BlockRequest.list + index * 8 + 5, last);
      }
    });
  const kick = (): void => {
    guest.domain.events.send(port);
    guest.run();
  };
  /** Numbers of the requests answered since the last look, with their status. */
  const answers = (): [number, number][] =>
    ring.take().map((slot) => [Number(slot.getBigUint64(BlockResponse.id, true)), slot.getInt16(BlockResponse.status, true)]);
  const state = (): string | undefined => guest.store.read(`${place.backPath}/state`);
  /** One request; its status. */
  const request = (
    operation: number,
    sector: number,
    segments: readonly (readonly [number, number, number])[],
  ): number | undefined => {
    put(77, operation, sector, segments);
    kick();
    const [response] = ring.take();
    if (response !== undefined) expect([response.getBigUint64(BlockResponse.id, true), guest.heard(port)]).toEqual([77n, true]);
    return response?.getInt16(BlockResponse.status, true);
  };
  return { guest, content, log, place, back, ring, port, connect, state, request, put, kick, answers };
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

/** A disk that answers when told. */
const slowDisk = () => {
  const waiting: { request: DiskRequest; done: (bytes: Uint8Array | undefined) => void }[] = [];
  return {
    disk: {
      sectors: 64,
      readOnly: false,
      discards: false,
      submit: (request: DiskRequest, done: (bytes: Uint8Array | undefined) => void) => void waiting.push({ request, done }),
    },
    asked: () => waiting.map(({ request }) => request.kind),
    /** Answers the request at a place in the queue; reads yield `fill`. */
    answer: (at: number, fill?: number) => {
      const [found] = waiting.splice(at, 1);
      const { request, done } = found ?? expect.unreachable();
      done(fill === undefined ? undefined : new Uint8Array(request.kind === 'read' ? request.length : 0).fill(fill));
    },
  };
};

describe('the block back end on a disk that answers later', () => {
  const start = () => {
    const slow = slowDisk();
    const set = setUp({}, slow.disk);
    set.connect();
    const reference = set.guest.grant(DATA);
    return { ...set, ...slow, segment: [[reference, 0, 0]] as const };
  };

  it('answers in the order of the disk, and errors as errors', () => {
    const { put, kick, answers, answer, asked, segment, guest, port } = start();
    put(1, BlockOperation.read, 0, segment);
    put(2, BlockOperation.write, 1, segment);
    kick();
    expect([asked(), answers()]).toEqual([['read', 'write'], []]);
    answer(1, 0);
    expect([answers(), guest.heard(port)]).toEqual([[[2, BlockStatus.okay]], true]);
    answer(0, undefined);
    expect([answers(), guest.heard(port)]).toEqual([[[1, BlockStatus.error]], true]);
    put(3, BlockOperation.read, 0, segment);
    kick();
    answer(0, 7);
    expect([answers(), guest.page(DATA)[511]]).toEqual([[[3, BlockStatus.okay]], 7]);
  });

  it('lets a barrier wait for what came before it, and what follows for the barrier', () => {
    const { put, kick, answers, answer, asked, segment } = start();
    put(1, BlockOperation.write, 0, segment);
    put(2, BlockOperation.barrier, 1, segment);
    put(3, BlockOperation.write, 2, segment);
    kick();
    expect(asked()).toEqual(['write']);
    answer(0, 0);
    expect(asked()).toEqual(['flush']);
    answer(0, 0);
    expect(asked()).toEqual(['write']);
    answer(0, 0);
    expect(asked()).toEqual(['flush']);
    expect(answers()).toEqual([[1, BlockStatus.okay]]);
    answer(0, 0);
    expect(asked()).toEqual(['write']);
    answer(0, 0);
    expect(answers()).toEqual([
      [2, BlockStatus.okay],
      [3, BlockStatus.okay],
    ]);
  });

  it('tells nobody when the device was closed meanwhile', () => {
    const { put, kick, answers, answer, segment, back } = start();
    put(1, BlockOperation.read, 0, segment);
    kick();
    back.close();
    answer(0, 9);
    expect(answers()).toEqual([]);
  });
});
