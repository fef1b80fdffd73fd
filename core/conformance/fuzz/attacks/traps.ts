/** Exceptions and system calls with random registers, handlers and stacks; descriptors and descriptor tables. */
import { deliverPending } from '../../../hypervisors/xen/pv/bounce.ts';
import { handleTrap } from '../../../hypervisors/xen/pv/exceptions.ts';
import { KERNEL_BASE } from '../../../hypervisors/xen/testing/fixture.ts';
import { Register, type Trap } from '../../../seams/machine.ts';
import { type Act, type HostileGuest, STACK_PAGE } from '../hostile-guest.ts';

const SET_GDT = 2;
const UPDATE_DESCRIPTOR = 10;

const someTrap = (guest: HostileGuest): Trap => {
  const { random } = guest;
  if (random.chance(0.3)) return { kind: random.chance(0.9) ? 'syscall' : 'sysenter' };
  return {
    kind: 'exception',
    vector: random.below(32),
    errorCode: random.below(32),
    hasErrorCode: true,
    software: random.chance(0.2),
    address: guest.linear(),
  };
};

const trap: Act = (guest) => {
  const { random, vcpu } = guest;
  const { context } = vcpu;
  context.registers[Register.rsp] = random.chance(0.003) ? guest.linear() : guest.page(STACK_PAGE + 1);
  if (random.chance(0.3)) context.rip = guest.linear();
  if (random.chance(0.01)) vcpu.trapAddress[random.below(32)] = random.chance(0.95) ? KERNEL_BASE : 0n;
  context.registers[Register.rax] = BigInt(random.below(48));
  handleTrap(vcpu, someTrap(guest));
  if (random.chance(0.99)) guest.steady();
  if (guest.domain.shutdownReason === undefined) deliverPending(vcpu);
};

const descriptor: Act = (guest) => {
  const { random } = guest;
  guest.hypercall(UPDATE_DESCRIPTOR, [BigInt(guest.frame()) * 4096n + BigInt(random.below(512) * 8), random.u64()]);
};

const table: Act = (guest) => {
  guest.memory.writeU64(guest.argumentsAt, BigInt(guest.frame()));
  guest.memory.writeU64(guest.argumentsAt + 8, BigInt(guest.frame()));
  guest.hypercall(SET_GDT, [guest.arguments, BigInt(guest.random.pick([0, 1, 511, 512, 513, 1024, 7168, 7169]))]);
};

export const traps: readonly Act[] = [trap, trap, descriptor, table];
