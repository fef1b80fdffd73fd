/** FIFO event channels: queues by priority, ports before their words exist, and what the guest writes into links. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../abi/xen/errno.table.ts';
import { EventOp, Fifo } from '../../abi/xen/events.table.ts';
import { audit } from './audit.ts';
import { createFixture } from './testing/fixture.ts';

const [CONTROL, WORDS, SECOND, ARGUMENTS] = [100, 101, 102, 90];

const setUp = () => {
  const fixture = createFixture({ vcpus: 8 });
  const { machine, mfn, linear, call, domain } = fixture;
  const { memory } = machine;
  const at = mfn(ARGUMENTS) * 4096;
  const operate = (operation: number): number => call('event_channel_op', operation, linear(ARGUMENTS));
  const initControl = (vcpu: number, pfn = CONTROL, offset = 128 * vcpu): number => {
    memory.writeU64(at, BigInt(mfn(pfn)));
    memory.writeU32(at + 8, offset);
    memory.writeU32(at + 12, vcpu);
    return operate(EventOp.init_control);
  };
  const expand = (pfn: number): number => {
    memory.writeU64(at, BigInt(mfn(pfn)));
    return operate(EventOp.expand_array);
  };
  const control = (vcpu: number): number => mfn(CONTROL) * 4096 + 128 * vcpu;
  const word = (port: number): number => memory.readU32(mfn(WORDS) * 4096 + 4 * port);
  const setWord = (port: number, value: number): void => memory.writeU32(mfn(WORDS) * 4096 + 4 * port, value);
  const head = (vcpu: number, priority: number): number => memory.readU32(control(vcpu) + Fifo.head + 4 * priority);
  const ready = (vcpu: number): number => memory.readU32(control(vcpu) + Fifo.ready);
  const ports = Array.from({ length: 3 }, () => domain.events.bindIpi(0));
  return { ...fixture, initControl, expand, word, setWord, head, ready, ports, operate };
};

describe('FIFO events', () => {
  it('queue behind one another, by priority, and the vCPU is told once', () => {
    const { domain, vcpu, initControl, expand, word, head, ready, ports } = setUp();
    const [first = 0, second = 0, urgent = 0] = ports;
    expect([initControl(0), expand(WORDS)]).toEqual([0, 0]);
    domain.events.setPriority(urgent, 1);
    for (const port of ports) domain.events.send(port);
    expect([head(0, Fifo.DEFAULT_PRIORITY), head(0, 1)]).toEqual([first, urgent]);
    expect(word(first) & Fifo.LINK_MASK).toBe(second);
    expect(ready(0)).toBe((1 << Fifo.DEFAULT_PRIORITY) | 2);
    expect(vcpu.upcallPending).toBe(true);
  });

  it('that came before the words for their ports appear with them', () => {
    const { domain, initControl, expand, head, ports } = setUp();
    const [first = 0] = ports;
    expect(initControl(0)).toBe(0);
    domain.events.send(first);
    expect(head(0, Fifo.DEFAULT_PRIORITY)).toBe(0);
    expect(expand(WORDS)).toBe(0);
    expect(head(0, Fifo.DEFAULT_PRIORITY)).toBe(first);
  });

  it('do not follow what a guest wrote into a link', () => {
    const { domain, initControl, expand, setWord, head, ports, xen } = setUp();
    const [first = 0, second = 0, third = 0] = ports;
    initControl(0);
    expand(WORDS);
    domain.events.send(first);
    // The guest claims that the queue ends elsewhere, and takes the port out.
    setWord(first, 0x1_ffff);
    domain.events.send(second);
    domain.events.send(third);
    expect(head(0, Fifo.DEFAULT_PRIORITY)).toBe(second);
    expect(audit(xen)).toEqual([]);
  });

  it('go to any of eight vCPUs, each with a control block of its own, and only once', () => {
    const { domain, initControl, expand, head, operate } = setUp();
    for (let vcpu = 0; vcpu < 8; vcpu++) expect(initControl(vcpu)).toBe(0);
    expect(initControl(3)).toBe(-Errno.EINVAL);
    expect(initControl(8)).toBe(-Errno.ENOENT);
    expand(WORDS);
    const ports = Array.from({ length: 8 }, (_, vcpu) => domain.events.bindIpi(vcpu));
    for (const port of ports) domain.events.send(port);
    expect(ports.map((_, vcpu) => head(vcpu, Fifo.DEFAULT_PRIORITY))).toEqual(ports);
    expect(operate(EventOp.reset)).toBe(-Errno.EPERM); // the argument names another domain
  });

  it('give their pages back with a reset, and when the domain is gone', () => {
    const { domain, xen, mfn, initControl, expand } = setUp();
    const counts = (): (number | undefined)[] => [CONTROL, WORDS, SECOND].map((pfn) => xen.frames.count[mfn(pfn)]);
    const before = counts();
    initControl(0);
    expand(WORDS);
    expand(SECOND);
    expect(counts()).toEqual(before.map((count) => (count ?? 0) + 1));
    domain.resetEvents();
    expect(counts()).toEqual(before);
    expect(audit(xen)).toEqual([]);
  });
});
