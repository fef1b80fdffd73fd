/** Event channels: binding, sending, closing, masks; between two paravirtual domains and a native one. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../abi/xen/errno.table.ts';
import { EventStatus, Fifo, Virq } from '../../abi/xen/events.table.ts';
import { SharedInfo, VcpuInfo } from '../../abi/xen/shared-info.table.ts';
import { switchToFifo } from './events-fifo.ts';
import { NativeDomain } from './native/domain.ts';
import { platformOf } from './native/platform.ts';
import { buildDomain } from './pv/build.ts';
import { createFixture, createXen, kernelOf, smallSpec } from './testing/fixture.ts';

const two = () => {
  const { machine, xen } = createXen(8192);
  const [first, second] = [buildDomain(xen, smallSpec()), buildDomain(xen, smallSpec())];
  if (typeof first === 'string' || typeof second === 'string') throw new Error('not built');
  return { machine, xen, first, second };
};

describe('event channels', () => {
  it('connect two domains; the one that binds is told at once', () => {
    const { first, second } = two();
    const port = first.events.allocateUnbound(second.id);
    expect(port).toBe(3);
    expect(second.events.bindInterdomain(first, 2)).toBe(-Errno.EINVAL); // meant for the control domain
    const other = second.events.bindInterdomain(first, port);
    expect(second.events.delivery?.isPending(other)).toBe(true);
    expect(first.events.send(port)).toBe(0);
    expect(second.events.bindInterdomain(first, port)).toBe(-Errno.EINVAL);
    second.events.close(other);
    expect(first.events.channel(port)?.state).toBe(EventStatus.unbound);
    expect(second.events.delivery?.isPending(other)).toBe(false);
    expect(second.events.bindInterdomain(first, port)).toBe(other);
  });

  it('set the word of news and the pending flag only when not masked', () => {
    const { domain, vcpu, machine } = createFixture();
    const shared = domain.sharedInfo * 4096;
    const port = domain.events.bindIpi(0);
    machine.memory.writeU32(shared + SharedInfo.evtchnMask, 1 << port);
    expect(domain.events.send(port)).toBe(0);
    expect([vcpu.upcallPending, machine.memory.readU32(shared + SharedInfo.evtchnPending) >>> port]).toEqual([false, 1]);
    expect(domain.events.unmask(port)).toBe(0);
    expect(vcpu.upcallPending).toBe(true);
    expect(machine.memory.readU64(vcpu.infoAddress + VcpuInfo.pendingSel)).toBe(1n);
  });

  it('refuse ports that are none and interrupts that are taken', () => {
    const { domain } = createFixture();
    const { events } = domain;
    for (const port of [0, 77, 4096, 0xffff_ffff]) {
      expect(events.send(port)).toBe(-Errno.EINVAL);
      expect(events.close(port)).toBe(-Errno.EINVAL);
    }
    const timer = events.bindVirq(Virq.TIMER, 1);
    expect(timer).toBeGreaterThan(0);
    expect(events.bindVirq(Virq.TIMER, 1)).toBe(-Errno.EEXIST);
    expect(events.bindVirq(Virq.TIMER, 9)).toBe(-Errno.ENOENT);
    expect(events.bindVirq(Virq.DOM_EXC, 0)).toBe(-Errno.EPERM);
    expect(events.bindVcpu(timer, 0)).toBe(-Errno.EINVAL);
    expect(events.send(timer)).toBe(-Errno.EINVAL);
    expect(events.close(timer)).toBe(0);
    expect(events.bindVirq(Virq.TIMER, 1)).toBe(timer);
  });

  it('run out at 4,095 ports', () => {
    const { domain } = createFixture();
    let last = 0;
    for (let port = domain.events.bindIpi(0); port > 0; port = domain.events.bindIpi(0)) last = port;
    expect(last).toBe(4095);
    expect(domain.events.bindIpi(0)).toBe(-Errno.ENOSPC);
    domain.events.closeAll();
    expect(domain.events.inUse).toBe(0);
  });

  it('call the listener of a native domain in its own time, once for any number of sends', () => {
    const { xen } = createXen();
    const native = new NativeDomain(xen, 0, 'control', 256);
    const guest = buildDomain(xen, smallSpec());
    if (typeof guest === 'string') throw new Error(guest);
    const platform = platformOf(native);
    const port = platform.events.bind(guest.id, guest.rings.store.port);
    let heard = 0;
    platform.events.listen(port, () => heard++);
    guest.events.send(guest.rings.store.port);
    guest.events.send(guest.rings.store.port);
    expect(heard).toBe(0);
    xen.run(0, 1_000_000);
    expect(heard).toBe(1);
    guest.events.send(guest.rings.store.port);
    xen.run(0, 2_000_000);
    expect(heard).toBe(2);
  });
});

describe('waiting', () => {
  it('block returns at once when an event is pending, and otherwise ends with one', () => {
    const { domain, vcpu, call } = createFixture();
    domain.unpause();
    const port = domain.events.bindIpi(0);
    domain.events.send(port);
    expect(call('sched_op', 1, 0)).toBe(0);
    expect(vcpu.blocked).toBe(false);
    domain.xen.memory.writeU32(vcpu.infoAddress, 0);
    domain.events.delivery?.clear(port, domain.events.channel(port) as never);
    call('sched_op', 1, 0);
    expect([vcpu.blocked, vcpu.upcallMasked]).toEqual([true, false]);
    domain.xen.memory.writeU64(vcpu.infoAddress + VcpuInfo.pendingSel, 0n);
    domain.events.send(port);
    expect(vcpu.blocked).toBe(false);
  });

  it('poll ends with a masked port, and with its time', () => {
    const { domain, vcpu, call, machine, mfn, linear, xen } = createFixture();
    domain.unpause();
    const port = domain.events.bindIpi(0);
    const at = mfn(100) * 4096;
    machine.memory.writeU32(domain.sharedInfo * 4096 + SharedInfo.evtchnMask, 0xffff_ffff);
    machine.memory.writeU64(at, linear(100, 64));
    machine.memory.writeU32(at + 8, 1);
    machine.memory.writeU32(at + 64, port);
    expect(call('sched_op', 3, linear(100))).toBe(0);
    expect(vcpu.blocked).toBe(true);
    domain.events.send(port);
    expect(vcpu.blocked).toBe(false);
    expect(call('sched_op', 3, linear(100))).toBe(0);
    expect(vcpu.blocked).toBe(false);
    domain.events.delivery?.clear(port, domain.events.channel(port) as never);
    machine.memory.writeU64(at + 16, 5000n);
    call('sched_op', 3, linear(100));
    expect(vcpu.blocked).toBe(true);
    xen.timersOf(vcpu).run(5001);
    expect(vcpu.blocked).toBe(false);
    machine.memory.writeU32(at + 8, 129);
    expect(call('sched_op', 3, linear(100))).toBe(-Errno.EINVAL);
  });
});

describe('a second domain', () => {
  it('is none of the first one’s business', () => {
    const { first, second } = two();
    const { call, linear, machineMemory } = { ...kernelOf(first), machineMemory: first.xen.memory };
    machineMemory.writeU32(kernelOf(first).mfn(100) * 4096, second.id);
    expect(call('event_channel_op', 10, linear(100))).toBe(-Errno.EPERM);
    expect(call('event_channel_op', 5, linear(100))).toBe(-Errno.EPERM);
  });
});

describe('FIFO queues', () => {
  const setUp = () => {
    const fixture = createFixture({ vcpus: 2 });
    const { domain, machine, mfn } = fixture;
    const fifo = switchToFifo(domain);
    const controls = domain.vcpus.map((vcpu, index) => {
      const frame = mfn(200 + index);
      expect(fifo.initControl(index, vcpu, frame, 0)).toBe(0);
      return frame * 4096;
    });
    const words = mfn(210);
    expect(fifo.expand(words)).toBe(0);
    const word = (port: number): number => words * 4096 + 4 * port;
    return {
      events: domain.events,
      head: (vcpu: number): number => machine.memory.readU32((controls[vcpu] ?? 0) + Fifo.head + 4 * Fifo.DEFAULT_PRIORITY),
      link: (port: number): number => machine.memory.readU32(word(port)) & Fifo.LINK_MASK,
      /** As the guest does with the only event of a queue. */
      consume: (vcpu: number, port: number): void => {
        machine.memory.writeU32((controls[vcpu] ?? 0) + Fifo.ready, 0);
        machine.memory.writeU32(word(port), 0);
      },
    };
  };

  it('do not follow a port that another vCPU got after it was closed', () => {
    const { events, head, link, consume } = setUp();
    const first = events.bindIpi(1);
    events.send(first);
    expect(head(1)).toBe(first);
    consume(1, first);
    events.close(first);
    expect(events.bindIpi(0)).toBe(first);
    events.send(first);
    expect(head(0)).toBe(first);
    const other = events.bindIpi(1);
    events.send(other);
    expect([head(1), link(first)]).toEqual([other, 0]);
  });

  it('keep a closed port until the guest has taken it out', () => {
    const { events, consume } = setUp();
    const queued = events.bindIpi(1);
    events.send(queued);
    events.close(queued);
    expect(events.bindIpi(0)).not.toBe(queued);
    consume(1, queued);
    expect(events.bindIpi(0)).toBe(queued);
  });
});
