/** Messages to the store: other domains' paths, permissions given away and taken, transactions, watches, lengths that lie. */
import { StoreHeader, StoreRing, StoreType } from '../../../abi/xen/store.table.ts';
import type { Act, HostileGuest } from '../hostile-guest.ts';

const TYPES = Object.values(StoreType);
const NAMES = [
  'data',
  'device',
  'name',
  'secret',
  'control/shutdown',
  'memory/target',
  'device/vbd/51712/state',
  'error',
  'a',
  '',
  '..',
  '@x',
];
const PERMISSIONS = ['n', 'r', 'w', 'b', 'x', ''];

/** Puts one message into the ring of the store, as a driver does. */
export const sendMessage = (
  guest: HostileGuest,
  type: number,
  payload: string,
  transaction = 0,
  length = payload.length,
): void => {
  const { memory, domain } = guest;
  const { frame, port } = domain.rings.store;
  if (!guest.mayWrite(frame)) return;
  const base = frame * 4096;
  const message = new Uint8Array(StoreHeader.SIZE + payload.length);
  const header = new DataView(message.buffer);
  header.setUint32(StoreHeader.type, type, true);
  header.setUint32(StoreHeader.transaction, transaction, true);
  header.setUint32(StoreHeader.length, length, true);
  for (let index = 0; index < payload.length; index++) message[StoreHeader.SIZE + index] = payload.charCodeAt(index);
  const producer = memory.readU32(base + StoreRing.requestProducer);
  const part = message.subarray(0, StoreRing.SIZE);
  for (const [index, byte] of part.entries())
    memory.write(base + StoreRing.requests + ((producer + index) % StoreRing.SIZE), Uint8Array.of(byte));
  memory.writeU32(base + StoreRing.requestProducer, (producer + part.length) >>> 0);
  // Answers are taken at once, so that the ring never fills.
  memory.writeU32(base + StoreRing.responseConsumer, memory.readU32(base + StoreRing.responseProducer));
  domain.events.send(port);
};

const path = (guest: HostileGuest): string => {
  const { random, domain } = guest;
  const name = random.pick(NAMES);
  const owner = random.pick([domain.id, ...guest.around.others()]);
  return random.pick([
    name,
    `/local/domain/${owner}/${name}`,
    `/local/domain/${owner}`,
    `/vm/${name}`,
    `/${name}`,
    `${'deep/'.repeat(random.below(40))}x`,
  ]);
};

const permission = (guest: HostileGuest): string => `${guest.random.pick(PERMISSIONS)}${guest.someone()}`;

/** What follows the path in a message of each kind. */
const payload = (guest: HostileGuest, type: number): string => {
  const { random } = guest;
  switch (type) {
    case StoreType.WRITE:
      return `${path(guest)}\0${'v'.repeat(random.below(3) === 0 ? random.below(900) : 4)}`;
    case StoreType.SET_PERMS:
      return `${path(guest)}\0${Array.from({ length: random.below(8) }, () => `${permission(guest)}\0`).join('')}`;
    case StoreType.WATCH:
    case StoreType.UNWATCH:
      return `${random.chance(0.1) ? '@releaseDomain' : path(guest)}\0t${random.below(200)}\0`;
    case StoreType.TRANSACTION_END:
      return random.pick(['T\0', 'F\0', 'T', '']);
    case StoreType.GET_DOMAIN_PATH:
    case StoreType.IS_DOMAIN_INTRODUCED:
      return `${guest.someone()}\0`;
    case StoreType.INTRODUCE:
      return `${guest.someone()}\0${guest.frame()}\0${random.below(9)}\0`;
    default:
      return random.chance(0.95)
        ? `${path(guest)}\0`
        : String.fromCharCode(...Array.from({ length: random.below(64) }, () => random.below(256)));
  }
};

const message: Act = (guest) => {
  const { random } = guest;
  const type = random.chance(0.97) ? random.pick(TYPES) : random.u32();
  const content = payload(guest, type);
  // A length that lies ends the connection; without one there is little left to attack.
  const length = random.chance(0.002) ? random.u32() : content.length;
  sendMessage(guest, type, content, random.chance(0.8) ? 0 : random.below(40), length);
  guest.around.settle();
};

const indices: Act = (guest) => {
  const { random, memory, domain } = guest;
  if (!random.chance(0.01) || !guest.mayWrite(domain.rings.store.frame)) return;
  memory.writeU32(domain.rings.store.frame * 4096 + StoreRing.requestConsumer + 4 * random.below(4), random.u32());
  domain.events.send(domain.rings.store.port);
  guest.around.settle();
};

export const storeMessages: readonly Act[] = [message, message, message, indices];
