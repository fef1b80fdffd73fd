/** Grants used, changed and used again: mapped twice, unmapped twice, by handles of others, across versions of the table. */
import { GrantEntry, GrantEntry2, GrantFlag, GrantOp } from '../../../abi/xen/grants.table.ts';
import type { Act, HostileGuest } from '../hostile-guest.ts';

const GRANT_TABLE_OP = 20;
/** References that the guest plays with. */
const FIRST = 16;
const COUNT = 8;
const FLAGS = [
  GrantFlag.invalid,
  GrantFlag.permit_access,
  GrantFlag.permit_access,
  GrantFlag.permit_access | GrantFlag.readonly,
  GrantFlag.accept_transfer,
  GrantFlag.transitive,
  GrantFlag.permit_access | GrantFlag.sub_page,
];
const MAP_FLAGS = [1, 2, 3, 6, 18, 22];
const OPERATIONS = [
  GrantOp.map_grant_ref,
  GrantOp.map_grant_ref,
  GrantOp.unmap_grant_ref,
  GrantOp.unmap_grant_ref,
  GrantOp.unmap_and_replace,
  GrantOp.copy,
  GrantOp.copy,
  GrantOp.transfer,
  GrantOp.setup_table,
  GrantOp.swap_grant_ref,
  GrantOp.cache_flush,
  GrantOp.get_status_frames,
];

const reference = (guest: HostileGuest): number =>
  guest.random.chance(0.3) ? guest.random.pick(guest.around.granted) : FIRST + guest.random.below(COUNT);

/** The guest writes an entry of its own table, as it may at any time. */
const rewrite: Act = (guest) => {
  const { random, memory, domain } = guest;
  const [frame] = domain.grants.frames;
  if (frame === undefined) return;
  const index = FIRST + random.below(COUNT);
  const flags = random.pick(FLAGS) | (random.pick([domain.id, ...guest.around.others()]) << 16);
  const second = domain.grants.version === 2;
  const at = frame * 4096 + index * (second ? GrantEntry2.SIZE : GrantEntry.SIZE);
  if (second) {
    memory.writeU32(at + GrantEntry2.offset, random.below(4096) | (random.below(4096) << 16));
    memory.writeU64(at + GrantEntry2.frame, BigInt(random.chance(0.8) ? guest.frame() : reference(guest)));
  } else memory.writeU32(at + GrantEntry.frame, guest.frame());
  memory.writeU32(at, flags >>> 0);
};

const operate: Act = (guest) => {
  const { random, memory, argumentsAt: at } = guest;
  const operation = random.pick(OPERATIONS);
  const granter = random.pick([guest.domain.id, ...guest.around.others()]);
  guest.scribble(6);
  memory.writeU64(at, guest.linear());
  if (operation === GrantOp.map_grant_ref) {
    memory.writeU32(at + 8, random.pick(MAP_FLAGS));
    memory.writeU32(at + 12, reference(guest));
    memory.writeU32(at + 16, granter);
  } else if (operation === GrantOp.unmap_grant_ref || operation === GrantOp.unmap_and_replace)
    memory.writeU32(at + 16, random.below(64));
  else if (operation === GrantOp.copy) {
    const flags = random.below(4);
    for (const side of [0, 16]) {
      memory.writeU64(at + side, BigInt((flags & (side === 0 ? 1 : 2)) !== 0 ? reference(guest) : guest.frame()));
      memory.writeU32(at + side + 8, granter | (random.below(4096) << 16));
    }
    memory.writeU32(at + 32, random.below(600) | (flags << 16));
  } else if (operation === GrantOp.transfer) {
    memory.writeU64(at, BigInt(guest.frame()));
    memory.writeU32(at + 8, granter);
    memory.writeU32(at + 12, reference(guest));
  } else if (operation === GrantOp.swap_grant_ref) {
    memory.writeU32(at, reference(guest));
    memory.writeU32(at + 4, reference(guest));
  }
  guest.hypercall(GRANT_TABLE_OP, [BigInt(operation), guest.arguments, 1n]);
};

const changeVersion: Act = (guest) => {
  guest.memory.writeU32(guest.argumentsAt, guest.random.below(4));
  guest.hypercall(GRANT_TABLE_OP, [BigInt(GrantOp.set_version), guest.arguments, 1n]);
};

/** Somebody else maps what the guest granted, and holds it while the guest goes on. */
const lend: Act = (guest) => {
  rewrite(guest);
  guest.around.mapByControl(guest.domain.id, FIRST + guest.random.below(COUNT));
};

export const grants: readonly Act[] = [
  rewrite,
  operate,
  operate,
  operate,
  lend,
  (guest) => guest.random.chance(0.1) && changeVersion(guest),
];
