/** Ports of others, ports twice, ports closed while they are pending; control blocks and event words in pages that change. */
import { EventOp } from '../../../abi/xen/events.table.ts';
import type { Act } from '../hostile-guest.ts';

const EVENT_CHANNEL_OP = 32;
const OPERATIONS = Object.values(EventOp);
const FREQUENT = [EventOp.send, EventOp.send, EventOp.unmask, EventOp.close, EventOp.bind_vcpu, EventOp.set_priority];
/** Ports worth trying: those in use are low. */
const PORTS = 40;

const call: Act = (guest) => {
  const { random, memory, argumentsAt: at } = guest;
  const operation = random.chance(0.6) ? random.pick(FREQUENT) : random.pick(OPERATIONS);
  // Closing everything all the time would leave nothing to attack.
  if (operation === EventOp.reset && random.chance(0.95)) return;
  guest.scribble(3);
  memory.writeU32(at, random.chance(0.9) ? random.below(PORTS) : random.u32());
  memory.writeU32(at + 4, random.below(PORTS));
  if (operation === EventOp.alloc_unbound) memory.writeU32(at, guest.someone() | (guest.someone() << 16));
  if (operation === EventOp.bind_interdomain || operation === EventOp.status) memory.writeU32(at, guest.someone());
  if (operation === EventOp.bind_virq || operation === EventOp.bind_ipi) memory.writeU32(at, random.below(26));
  if (operation === EventOp.init_control || operation === EventOp.expand_array) {
    memory.writeU64(at, BigInt(guest.frame()));
    memory.writeU32(at + 8, random.pick([0, 8, 4024, 4032, 12, 4096]));
    memory.writeU32(at + 12, random.below(3));
  }
  guest.hypercall(EVENT_CHANNEL_OP, [BigInt(operation), guest.arguments]);
};

/** The guest's own side: pending, mask and selector words, event words and queue heads are all its to write. */
const scribble: Act = (guest) => {
  const { random, domain, memory } = guest;
  const pages = [domain.sharedInfo, ...(domain.fifo?.frames() ?? [])];
  memory.writeU32(random.pick(pages) * 4096 + random.below(1024) * 4, random.chance(0.5) ? random.u32() : random.below(PORTS));
};

export const events: readonly Act[] = [call, call, call, scribble];
