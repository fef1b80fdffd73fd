/** The front ends against the back ends: handshake, requests and frames, no room, failures, and what is left behind. */
import { describe, expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { plugDisk, plugNetwork } from '../../control/devices.ts';
import { createSwitch } from '../../network/switch.ts';
import type { BlockRequest, BlockStore } from '../../seams/plugs.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { BlockBack } from '../block/back.ts';
import { BlockFront, LARGEST } from '../block/front.ts';
import { inPieces } from '../block/pieces.ts';
import { NetBack } from '../net/back.ts';
import { NetFront } from '../net/front.ts';
import { FRONT_DOMAIN, TwoDomains } from '../testing/two-domains.ts';
import { FrontEnd } from './front-end.ts';

const SECTORS = 4096;

describe('the store client', () => {
  const setUp = () => {
    const domains = new TwoDomains();
    const got: unknown[] = [];
    return { domains, got, store: domains.frontStore, take: (value: unknown) => void got.push(value) };
  };

  it('reads, lists and writes, and is told what does not exist', () => {
    const { domains, got, store, take } = setUp();
    domains.run(() => {
      store.write('data/a', 'one', take);
      store.read('data/a', take);
      store.read('data/none', take);
      store.list('data', take);
      store.list('none', take);
      store.readAll('data', ['a', 'b'], take);
    });
    expect(got).toEqual([true, 'one', undefined, ['a'], [], { a: 'one', b: undefined }]);
  });

  it('writes several nodes at once, or none of them', () => {
    const { domains, got, store, take } = setUp();
    domains.run(() => store.writeAll('data', { a: 1, b: 'two' }, take));
    domains.run(() => store.writeAll('/local/domain/0', { a: 1 }, take));
    expect(got).toEqual([true, false]);
    expect(domains.backStore.list(`/local/domain/${FRONT_DOMAIN}/data`)).toEqual(['a', 'b']);
    expect(domains.backStore.read('/local/domain/0/a')).toBeUndefined();
  });

  it('tells watchers of every change', () => {
    const { domains, got, store, take } = setUp();
    domains.run(() => store.watch('data', take));
    domains.run(() => store.write('data/x', '1'));
    expect(got).toEqual(['data', 'data/x']);
  });

  it('sends and takes more than the rings hold at once', () => {
    const { domains, got, store, take } = setUp();
    const value = 'v'.repeat(700);
    domains.run(() => {
      for (let index = 0; index < 40; index++) store.write(`data/${index}`, value);
      for (let index = 0; index < 40; index++) store.read(`data/${index}`, take);
    });
    expect(got).toEqual(Array.from({ length: 40 }, () => value));
  });
});

describe('the block front end', () => {
  const setUp = (store: BlockStore) => {
    const domains = new TwoDomains();
    const place = plugDisk(domains.backStore, domains.back, FRONT_DOMAIN, 0, store.readOnly);
    const back = new BlockBack(place, store);
    let ready = 0;
    const front = new BlockFront(domains.front, () => {
      ready += 1;
    });
    domains.run(() => new FrontEnd(domains.frontStore, place.frontPath, front));
    expect(ready).toBe(1);
    const disk = inPieces(front, LARGEST);
    const ask = (...requests: BlockRequest[]): (Uint8Array | undefined)[] => {
      const answers: (Uint8Array | undefined)[] = [];
      domains.run(() => {
        for (const [index, request] of requests.entries())
          disk.submit(request, (bytes) => {
            answers[index] = bytes;
          });
      });
      return answers;
    };
    return { domains, place, back, front, ask };
  };

  it('connects and tells what the disk is', () => {
    const { front, domains, place } = setUp(memoryDisk(SECTORS).store);
    expect(front).toMatchObject({ sectors: SECTORS, readOnly: false, discards: true });
    expect([domains.backStore.read(`${place.backPath}/state`), domains.backStore.read(`${place.frontPath}/state`)]).toEqual([
      '4',
      '4',
    ]);
    expect(setUp(memoryDisk(SECTORS, { readOnly: true }).store).front.readOnly).toBe(true);
  });

  it('writes, flushes and discards in order, and reads back', () => {
    const { store, log } = memoryDisk(SECTORS);
    const { ask, domains } = setUp(store);
    const bytes = Uint8Array.from({ length: 11 * 4096 }, (_, index) => index * 3);
    ask({ kind: 'write', offset: 512, bytes }, { kind: 'flush' }, { kind: 'discard', offset: 0, length: 4096 });
    expect(log).toEqual([`write 512 ${bytes.length}`, 'flush', 'discard 0 4096']);
    const [read] = ask({ kind: 'read', offset: 512, length: bytes.length });
    expect(Buffer.compare(read ?? new Uint8Array(), bytes)).toBe(0);
    // Only the ring stays granted.
    expect(domains.grantsInUse).toBe(2);
  });

  it('answers every request of a flood larger than the ring', () => {
    const { store, content } = memoryDisk(SECTORS);
    for (let at = 0; at < content.length; at++) content[at] = at * 5 + (at >> 9);
    const { ask } = setUp(store);
    const chance = random(11);
    const requests = Array.from({ length: 200 }, () => {
      const sectors = 1 + chance.below(300);
      return { kind: 'read', offset: 512 * chance.below(SECTORS - sectors), length: 512 * sectors } as const;
    });
    const answers = ask(...requests);
    for (const [index, { offset, length }] of requests.entries())
      expect([index, Buffer.compare(answers[index] ?? new Uint8Array(), content.subarray(offset, offset + length))]).toEqual([
        index,
        0,
      ]);
  });

  it('passes on that the medium failed', () => {
    const { ask } = setUp(memoryDisk(SECTORS, { readOnly: true }).store);
    expect(ask({ kind: 'write', offset: 0, bytes: new Uint8Array(512) })).toEqual([undefined]);
  });

  it('answers nobody wrongly when the back end goes away, and keeps nothing', () => {
    const { ask, domains, place, back } = setUp(memoryDisk(SECTORS).store);
    ask({ kind: 'read', offset: 0, length: 64 * 512 });
    domains.back.schedule(0, () => {
      back.close();
      domains.backStore.write(`${place.backPath}/state`, '6');
    });
    domains.run();
    expect(domains.backStore.read(`${place.frontPath}/state`)).toBe('6');
    expect(ask({ kind: 'read', offset: 0, length: 512 })).toEqual([undefined]);
    // The page of the store's ring is all that is left.
    expect([domains.frontDomain.pages, domains.grantsInUse]).toEqual([1, 1]);
  });
});

/** A frame for everybody, told apart by its last byte. */
const broadcast = (length: number, fill: number): Uint8Array => {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 7]);
  return bytes;
};

describe('the network front end', () => {
  const setUp = () => {
    const domains = new TwoDomains();
    const wires = createSwitch();
    const peer = wires.plug('peer');
    const heard: Uint8Array[] = [];
    peer.onFrame((frame) => {
      heard.push(frame);
      return true;
    });
    const place = plugNetwork(domains.backStore, domains.back, FRONT_DOMAIN, 0, Uint8Array.of(2, 0, 0, 0, 0, 1));
    const back = new NetBack(place, wires.plug('front'));
    let ready = 0;
    const front = new NetFront(domains.front, () => {
      ready += 1;
    });
    domains.run(() => new FrontEnd(domains.frontStore, place.frontPath, front));
    expect(ready).toBe(1);
    const received: Uint8Array[] = [];
    return { domains, peer, heard, front, received, back, place };
  };

  it('carries frames both ways, on rings that wrap around', () => {
    const { domains, peer, heard, front, received } = setUp();
    front.onFrame((frame) => {
      received.push(frame);
      return true;
    });
    for (let round = 0; round < 40; round++) {
      const frames = Array.from({ length: 10 }, (_, index) => broadcast(60 + 145 * index, round));
      for (const frame of frames) peer.send(frame);
      domains.run(() => {
        for (const frame of frames) front.send(frame);
      });
      const told = (list: readonly Uint8Array[]): string[] => list.map((each) => `${each.length} ${each.at(-1)}`);
      expect([told(heard.splice(0)), told(received.splice(0))]).toEqual([told(frames), told(frames)]);
    }
  });

  it('says when it has no room, and when it has again', () => {
    const { domains, heard, front } = setUp();
    let rooms = 0;
    front.onRoom(() => {
      rooms += 1;
    });
    let sent = 0;
    domains.run(() => {
      while (sent < 1000 && front.send(broadcast(60, 1))) sent += 1;
    });
    expect([sent, heard.length, rooms]).toEqual([256, 256, 1]);
  });

  it('keeps nothing when the back end goes away', () => {
    const { domains, front, back, place } = setUp();
    domains.run(() => void front.send(broadcast(60, 1)));
    domains.back.schedule(0, () => {
      back.close();
      domains.backStore.write(`${place.backPath}/state`, '6');
    });
    domains.run();
    domains.run(() => void front.send(broadcast(60, 1)));
    expect([front.counts.sent, domains.frontDomain.pages, domains.grantsInUse]).toEqual([1, 1, 1]);
  });

  it('keeps what nobody has room for until somebody has', () => {
    const { domains, peer, front, received } = setUp();
    peer.send(broadcast(60, 9));
    domains.run();
    front.onFrame((frame) => {
      received.push(frame);
      return true;
    });
    expect(received).toEqual([broadcast(60, 9)]);
  });
});
