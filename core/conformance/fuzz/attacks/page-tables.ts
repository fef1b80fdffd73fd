/** Pages made tables and tables made pages; tables that map themselves or each other; entries that map too much. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { MmuExt } from '../../../abi/xen/memory.table.ts';
import type { Act, HostileGuest } from '../hostile-guest.ts';

const MMU_UPDATE = 1;
const UPDATE_VA_MAPPING = 14;
const MMUEXT_OP = 26;
const SELF = BigInt(DomainId.SELF);
/** PRESENT WRITABLE USER and the bit that makes an entry a superpage. */
const SUPERPAGE = 0x87n;
const TABLE_FLAGS = [0x25n, 0x27n, 0x65n, 0x67n];
const PINS = [
  MmuExt.pin_l1_table,
  MmuExt.pin_l2_table,
  MmuExt.pin_l3_table,
  MmuExt.pin_l4_table,
  MmuExt.unpin_table,
  MmuExt.new_user_baseptr,
];

const update = (guest: HostileGuest, pairs: readonly (readonly [bigint, bigint])[]): void => {
  for (const [index, [pointer, value]] of pairs.entries()) {
    guest.memory.writeU64(guest.argumentsAt + index * 16, pointer);
    guest.memory.writeU64(guest.argumentsAt + index * 16 + 8, value);
  }
  guest.hypercall(MMU_UPDATE, [guest.arguments, BigInt(pairs.length), 0n, SELF]);
};

/** Entries by which a guest's kernel sees its own stack and arguments are below or above these: without them it soon ends. */
const HARMLESS = { first: 64, count: 400 } as const;

const entryOf = (guest: HostileGuest, frame: number): bigint => {
  const { random } = guest;
  const index = random.chance(0.999) ? HARMLESS.first + random.below(HARMLESS.count) : random.below(512);
  return BigInt(frame) * 4096n + BigInt(index * 8);
};

const updates: Act = (guest) => {
  const { random } = guest;
  const pairs = Array.from(
    { length: 1 + random.below(4) },
    () => [entryOf(guest, guest.frame()) + BigInt(random.pick([0, 0, 0, 1, 2, 3, 4])), guest.entry()] as const,
  );
  update(guest, pairs);
};

const byAddress: Act = (guest) => {
  guest.hypercall(UPDATE_VA_MAPPING, [guest.linear(), guest.entry(), BigInt(guest.random.below(8))]);
};

const extended: Act = (guest) => {
  const { random, memory, argumentsAt: at } = guest;
  memory.writeU64(at, BigInt(random.chance(0.97) ? random.pick(PINS) : random.below(24)));
  memory.writeU64(at + 8, random.chance(0.8) ? BigInt(guest.frame()) : guest.word());
  memory.writeU64(at + 16, random.chance(0.5) ? BigInt(guest.frame()) : guest.word());
  guest.hypercall(MMUEXT_OP, [guest.arguments, 1n, 0n, SELF]);
};

/** An entry that leads to its own table, to its root, or to a table of the same or a higher level. */
const linearMapping: Act = (guest) => {
  const { random } = guest;
  const root = guest.vcpu.kernelRoot;
  const table = root + random.below(5);
  const target = random.pick([table, table, root, root + random.below(5)]);
  update(guest, [[entryOf(guest, table), (BigInt(target) << 12n) | random.pick(TABLE_FLAGS)]]);
};

/** A large page, in a table in use or in a page that is about to be one. */
const superpage: Act = (guest) => {
  const { random, memory } = guest;
  const value = (BigInt(guest.frame()) << 12n) | SUPERPAGE | (random.chance(0.3) ? 1n << 12n : 0n);
  if (random.chance(0.5)) {
    update(guest, [[entryOf(guest, guest.vcpu.kernelRoot + random.below(4)), value]]);
    return;
  }
  const frame = guest.frame();
  if (!guest.mayWrite(frame)) return;
  memory.writeU64(frame * 4096 + random.below(512) * 8, value);
  memory.writeU64(guest.argumentsAt, BigInt(random.pick([MmuExt.pin_l2_table, MmuExt.pin_l3_table])));
  memory.writeU64(guest.argumentsAt + 8, BigInt(frame));
  guest.hypercall(MMUEXT_OP, [guest.arguments, 1n, 0n, SELF]);
};

/** Stores as the guest itself could make them: only where it has a writable mapping. */
const store: Act = (guest) => {
  const at = guest.vcpu.memory.locateAligned(Number(BigInt.asIntN(64, guest.linear())), 8, true);
  if (at !== -1) guest.memory.writeU64(at, guest.random.chance(0.7) ? guest.entry() : guest.word());
};

export const pageTables: readonly Act[] = [updates, updates, byAddress, byAddress, extended, extended, extended, store, store];
export const mappings: readonly Act[] = [linearMapping, superpage];
