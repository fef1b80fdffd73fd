/** Hypercalls at random, nearly right, in lists, and with structures that are mostly random. */
import { HYPERCALLS } from '../../../abi/xen/hypercalls.table.ts';
import type { Act } from '../hostile-guest.ts';

const NUMBERS = HYPERCALLS.map((row) => row.number);
/** Calls that take a sub-operation and a structure. */
const WITH_STRUCTURE = [0, 2, 10, 12, 13, 16, 17, 19, 20, 22, 24, 28, 29, 30, 32, 33];
const IN_LISTS = [1, 3, 5, 10, 13, 14, 17, 20, 22, 25, 26, 32];
const MULTICALL = 13;
/** Entries of 64 bytes; the page of arguments has room for as many. */
const MOST_IN_LIST = 64;

const anything: Act = (guest) => {
  guest.hypercall(guest.random.pick(NUMBERS), []);
};

const nearly: Act = (guest) => {
  const { random } = guest;
  guest.hypercall(random.below(64), [BigInt(random.below(40)), guest.arguments, BigInt(random.below(4))]);
};

const structured: Act = (guest) => {
  const { random } = guest;
  guest.scribble(16);
  const third = random.chance(0.5) ? 1n : BigInt(random.below(64));
  guest.hypercall(random.pick(WITH_STRUCTURE), [BigInt(random.below(34)), guest.arguments, third, guest.arguments]);
};

const list: Act = (guest) => {
  const { random } = guest;
  const count = 1 + random.below(MOST_IN_LIST);
  for (let index = 0; index < count; index++) {
    guest.memory.writeU64(guest.argumentsAt + index * 64, BigInt(random.pick(IN_LISTS)));
    for (let word = 2; word < 8; word++) guest.memory.writeU64(guest.argumentsAt + index * 64 + word * 8, guest.word());
  }
  guest.hypercall(MULTICALL, [guest.arguments, BigInt(random.chance(0.9) ? count : random.u32())]);
};

export const calls: readonly Act[] = [anything, nearly, structured, list];
