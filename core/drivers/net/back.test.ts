/** The network back end against a front end of the test: frames both ways, fragments, checksums, and a ring run wild. */
import { describe, expect, it } from 'vitest';
import {
  NetReceive,
  NetReceiveFlag,
  NetReceiveResponse,
  NetStatus,
  NetTransmit,
  NetTransmitFlag,
  NetTransmitResponse,
  RingPage,
} from '../../abi/xen/rings.table.ts';
import { plugNetwork } from '../../control/devices.ts';
import type { FramePort } from '../../seams/plugs.ts';
import { GuestRing, GuestSide } from '../testing/guest-side.ts';
import { NetBack } from './back.ts';
import { checksumHolds, fillChecksum } from './checksum.ts';

const [TX, RX, DATA] = [100, 101, 110];

const setUp = () => {
  const guest = new GuestSide();
  const sent: Uint8Array[] = [];
  let deliver: (frame: Uint8Array) => boolean = () => false;
  const plug: FramePort = {
    send: (frame) => {
      sent.push(frame);
      return true;
    },
    onFrame: (listener) => {
      deliver = listener;
    },
    onRoom: () => {},
  };
  const place = plugNetwork(guest.store, guest.platform, guest.domain.id, 0, Uint8Array.of(2, 0, 0, 0, 0, 9));
  const back = new NetBack(place, plug);
  guest.run();
  const [transmit, receive] = [new GuestRing(guest, TX, NetTransmit.SIZE), new GuestRing(guest, RX, NetReceive.SIZE)];
  const port = guest.allocatePort();
  for (const [name, value] of Object.entries({
    'tx-ring-ref': guest.grant(TX),
    'rx-ring-ref': guest.grant(RX),
    'event-channel': port,
    'request-rx-copy': 1,
  })) {
    guest.store.write(`${place.frontPath}/${name}`, String(value));
  }
  guest.store.write(`${place.frontPath}/state`, '4');
  guest.run();
  const kick = (): void => {
    guest.domain.events.send(port);
    guest.run();
  };
  const slot = (reference: number, offset: number, size: number, flags: number, id: number): void =>
    transmit.put((view) => {
      view.setUint32(NetTransmit.reference, reference, true);
      view.setUint16(NetTransmit.offset, offset, true);
      view.setUint16(NetTransmit.flags, flags, true);
      view.setUint16(NetTransmit.id, id, true);
      view.setUint16(NetTransmit.size, size, true);
    });
  return { guest, sent, back, place, transmit, receive, port, kick, slot, deliver: (frame: Uint8Array) => deliver(frame) };
};

const statuses = (views: readonly DataView[]): [number, number][] =>
  views.map((view) => [view.getUint16(NetTransmitResponse.id, true), view.getInt16(NetTransmitResponse.status, true)]);

/** A UDP packet from 10.0.0.5 to 10.0.0.6 with no checksum yet. */
const udpFrame = (length: number): Uint8Array => {
  const frame = new Uint8Array(42 + length).fill(7, 42);
  const view = new DataView(frame.buffer);
  view.setUint16(12, 0x0800);
  frame.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 5, 10, 0, 0, 6], 14);
  view.setUint16(16, 28 + length);
  view.setUint16(34, 1000);
  view.setUint16(36, 2000);
  view.setUint16(38, 8 + length);
  return frame;
};

describe('frames from the guest', () => {
  it('go out, whole or in pieces, and are answered in order', () => {
    const { guest, sent, transmit, kick, slot } = setUp();
    guest.page(DATA).fill(1);
    guest.page(DATA + 1).fill(2);
    const [first, second] = [guest.grant(DATA, true), guest.grant(DATA + 1, true)];
    slot(first, 100, 60, 0, 5);
    slot(first, 4000, 96 + 904, NetTransmitFlag.more, 6);
    slot(second, 0, 904, 0, 7);
    kick();
    expect(sent.map((frame) => frame.length)).toEqual([60, 1000]);
    expect([sent[1]?.[95], sent[1]?.[96]]).toEqual([1, 2]);
    expect(statuses(transmit.take())).toEqual([
      [5, 0],
      [6, 0],
      [7, 0],
    ]);
  });

  it('get the checksum they left blank', () => {
    const { guest, sent, kick, slot } = setUp();
    const frame = udpFrame(33);
    guest.page(DATA).set(frame);
    slot(guest.grant(DATA), 0, frame.length, NetTransmitFlag.checksumBlank | NetTransmitFlag.validated, 1);
    kick();
    expect(checksumHolds(sent[0] ?? new Uint8Array(0))).toBe(true);
    expect(checksumHolds(frame)).toBe(false);
    fillChecksum(frame);
    expect(sent[0]).toEqual(frame);
  });

  it('are refused when sizes lie, pages are not granted, or there are too many pieces', () => {
    const { guest, sent, transmit, kick, slot } = setUp();
    const reference = guest.grant(DATA);
    slot(reference, 4090, 100, 0, 1);
    slot(999, 0, 100, 0, 2);
    slot(reference, 0, 5, 0, 3);
    slot(reference, 0, 100, NetTransmitFlag.more, 4);
    slot(reference, 0, 200, 0, 5);
    kick();
    expect(sent).toEqual([]);
    expect(statuses(transmit.take()).map(([, status]) => status)).toEqual([-1, -1, -1, -1, -1]);
    for (let index = 0; index < 25; index++)
      slot(reference, 0, index === 0 ? 2000 : 10, index < 24 ? NetTransmitFlag.more : 0, index);
    kick();
    expect(sent).toEqual([]);
    expect(transmit.take().length).toBeGreaterThan(0);
  });

  it('with extra information are sent, and its slot is answered with null', () => {
    const { guest, sent, transmit, kick, slot } = setUp();
    guest.page(DATA).fill(3);
    slot(guest.grant(DATA), 0, 100, NetTransmitFlag.extra, 1);
    transmit.put((view) => {
      view.setUint8(0, 2);
      view.setUint8(1, 0);
    });
    kick();
    expect(sent.map((frame) => frame.length)).toEqual([100]);
    expect(statuses(transmit.take()).map(([, status]) => status)).toEqual([0, NetStatus.null]);
  });
});

describe('frames for the guest', () => {
  const post = (receive: GuestRing, reference: number, id: number): void =>
    receive.put((view) => {
      view.setUint16(NetReceive.id, id, true);
      view.setUint32(NetReceive.reference, reference, true);
    });

  it('wait for buffers, fill them in order, and say whether their checksum was checked', () => {
    const { guest, receive, kick, deliver } = setUp();
    const frame = udpFrame(20);
    fillChecksum(frame);
    expect(deliver(frame)).toBe(true);
    expect(deliver(udpFrame(10))).toBe(true);
    guest.run();
    expect(receive.take()).toEqual([]);
    post(receive, guest.grant(DATA), 1);
    post(receive, guest.grant(DATA + 1), 2);
    kick();
    const responses = receive.take();
    expect(responses.map((view) => view.getInt16(NetReceiveResponse.status, true))).toEqual([62, 52]);
    expect(responses.map((view) => view.getUint16(NetReceiveResponse.flags, true))).toEqual([NetReceiveFlag.validated, 0]);
    expect(guest.page(DATA).subarray(0, 62)).toEqual(frame);
  });

  it('are refused beyond a limit, and lost when the front end is gone', () => {
    const { deliver, place, guest } = setUp();
    let taken = 0;
    while (deliver(new Uint8Array(60))) taken += 1;
    expect(taken).toBe(256);
    guest.store.write(`${place.frontPath}/state`, '6');
    guest.run();
    expect(deliver(new Uint8Array(60))).toBe(true);
  });
});

it('a front end that breaks a ring is ended, and nothing stays mapped', () => {
  const { guest, transmit, kick, place, back } = setUp();
  transmit.view.setUint32(RingPage.requestProducer, 300, true);
  kick();
  expect(guest.store.read(`${place.backPath}/state`)).toBe('5');
  expect(guest.domain.grants.inUse).toBe(0);
  back.close();
});
