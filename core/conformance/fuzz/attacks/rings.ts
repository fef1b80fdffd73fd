/** Rings shared with back ends: devices connected and disconnected at will, indices that run away, requests that are nearly right. */
import { ConsoleRing } from '../../../abi/xen/console.table.ts';
import { GrantFlag } from '../../../abi/xen/grants.table.ts';
import { BlockRequest, BlockSegment, RingPage } from '../../../abi/xen/rings.table.ts';
import { BusState, StoreType } from '../../../abi/xen/store.table.ts';
import { type Act, type HostileGuest, RING_PAGES } from '../hostile-guest.ts';
import { sendMessage } from './store.ts';

const CONTROL = 0;
/** References of the ring pages and of a page of data. */
const REFERENCES = { block: 8, transmit: 9, receive: 10, data: 11 } as const;
/** The first disk and the first network card. */
const DEVICES = { disk: 'device/vbd/51712', card: 'device/vif/0' } as const;
const ENTRY_SIZES = [8, 12, 112] as const;

const write = (guest: HostileGuest, path: string, value: string | number): void =>
  sendMessage(guest, StoreType.WRITE, `${path}\0${value}`);

/** Goes through the handshake, with a mistake now and then. */
const connect: Act = (guest) => {
  const { random, domain } = guest;
  for (const name of ['block', 'transmit', 'receive', 'data'] as const)
    domain.grants.write(REFERENCES[name], GrantFlag.permit_access, CONTROL, guest.mfn(RING_PAGES[name]));
  const port = domain.events.allocateUnbound(CONTROL);
  const wrong = (value: number): number => (random.chance(0.05) ? random.u32() : value);
  if (random.chance(0.5)) {
    write(guest, `${DEVICES.disk}/ring-ref`, wrong(REFERENCES.block));
    write(guest, `${DEVICES.disk}/event-channel`, wrong(port));
    write(guest, `${DEVICES.disk}/state`, BusState.Initialised);
  } else {
    write(guest, `${DEVICES.card}/tx-ring-ref`, wrong(REFERENCES.transmit));
    write(guest, `${DEVICES.card}/rx-ring-ref`, wrong(REFERENCES.receive));
    write(guest, `${DEVICES.card}/event-channel`, wrong(port));
    write(guest, `${DEVICES.card}/request-rx-copy`, 1);
    write(guest, `${DEVICES.card}/state`, BusState.Connected);
  }
};

const changeState: Act = (guest) => {
  write(guest, `${guest.random.pick(Object.values(DEVICES))}/state`, guest.random.below(10));
};

/** Wakes whoever listens on one of the guest's ports. */
const kick = (guest: HostileGuest): void => {
  const ports: number[] = [];
  guest.domain.events.forEach((port) => void ports.push(port));
  if (ports.length > 0) guest.domain.events.send(guest.random.pick(ports));
};

const ringOf = (guest: HostileGuest): number =>
  guest.mfn(guest.random.pick([RING_PAGES.block, RING_PAGES.transmit, RING_PAGES.receive])) * 4096;

const index: Act = (guest) => {
  const { random, memory } = guest;
  const at =
    ringOf(guest) +
    random.pick([RingPage.requestProducer, RingPage.requestEvent, RingPage.responseProducer, RingPage.responseEvent]);
  const old = memory.readU32(at);
  memory.writeU32(at, random.chance(0.8) ? (old + random.below(4)) >>> 0 : random.u32());
  kick(guest);
};

const blockRequest: Act = (guest) => {
  const { random, memory } = guest;
  const base = guest.mfn(RING_PAGES.block) * 4096;
  const produced = memory.readU32(base + RingPage.requestProducer);
  const slot = base + RingPage.entries + (produced % 32) * BlockRequest.SIZE;
  memory.writeU32(slot, random.below(8) | (random.below(14) << 8));
  memory.writeU64(slot + BlockRequest.id, random.u64());
  memory.writeU64(slot + BlockRequest.sector, random.chance(0.9) ? BigInt(random.below(140)) : random.u64());
  for (let segment = 0; segment < BlockRequest.MOST_SEGMENTS; segment++) {
    const at = slot + BlockRequest.list + segment * BlockSegment.SIZE;
    memory.writeU32(at, random.chance(0.9) ? REFERENCES.data : random.below(24));
    memory.writeU32(at + 4, random.below(9) | (random.below(9) << 8));
  }
  memory.writeU32(base + RingPage.requestProducer, (produced + 1) >>> 0);
  kick(guest);
};

/** Any word of any ring page. */
const anyWord: Act = (guest) => {
  const { random, memory } = guest;
  const at = ringOf(guest) + RingPage.entries + random.below(8) * random.pick(ENTRY_SIZES);
  memory.writeU64(
    at - (at % 8),
    random.chance(0.5) ? BigInt(random.below(16)) | (BigInt(random.below(1600)) << 16n) : guest.word(),
  );
  kick(guest);
};

const consolePage: Act = (guest) => {
  const { random, memory, domain } = guest;
  const base = domain.rings.console.frame * 4096;
  const at =
    base +
    random.pick([ConsoleRing.inputConsumer, ConsoleRing.inputProducer, ConsoleRing.outputConsumer, ConsoleRing.outputProducer]);
  if (guest.mayWrite(domain.rings.console.frame)) memory.writeU32(at, random.u32());
  domain.events.send(domain.rings.console.port);
};

const settled =
  (act: Act): Act =>
  (guest) => {
    act(guest);
    guest.around.settle();
  };

export const rings: readonly Act[] = [connect, changeState, index, index, blockRequest, blockRequest, anyWord, consolePage].map(
  settled,
);
/** The same, while another vCPU changes what was just read. */
export const changingRings: readonly Act[] = rings.map(
  (act): Act =>
    (guest) =>
      guest.whileChanging(() => act(guest)),
);
