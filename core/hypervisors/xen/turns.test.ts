/** The end of a CPU's turn is the machine's business: whoever had the CPU goes on in the next one, for its whole slice. */
import { describe, expect, it } from 'vitest';
import { buildDomain } from './pv/build.ts';
import type { PvDomain } from './pv/domain.ts';
import { destroyDomain } from './pv/teardown.ts';
import { createXen, smallSpec } from './testing/fixture.ts';

const TURN = 20_000;
const SLICE = 30_000_000;

/** As many domains as `count`, each always busy, on `cpus` CPUs that take turns. */
function busy(count: number, cpus: number) {
  const { machine, xen } = createXen(8192, cpus);
  const domains: PvDomain[] = [];
  for (let index = 0; index < count; index++) {
    const domain = buildDomain(xen, smallSpec({ vcpus: 1 }));
    if (typeof domain === 'string') throw new Error(domain);
    domain.unpause();
    domains.push(domain);
  }
  /** Who ran, by CPU, once for each entry into a guest. */
  const ran: string[][] = machine.cpus.map(() => []);
  for (const cpu of machine.cpus) {
    cpu.script = (context, cycles) => {
      const index = domains.findIndex((domain) => domain.vcpus[0]?.context === context);
      ran[cpu.index]?.push(String(index));
      cpu.clock += cycles;
      return { kind: 'budget' };
    };
  }
  const run = (cycles: number): void => {
    const end = Math.max(...machine.cpus.map((cpu) => cpu.clock)) + cycles;
    for (let until = (machine.cpus[0]?.clock ?? 0) + TURN; until <= end; until += TURN)
      for (const cpu of machine.cpus) {
        const next = xen.run(cpu.index, until);
        if (next >= until) cpu.clock = Math.max(cpu.clock, until);
      }
  };
  return { machine, xen, domains, ran, run };
}

const changes = (names: readonly string[]): number => names.filter((name, at) => at > 0 && name !== names[at - 1]).length;

describe('turns', () => {
  it('do not cut slices: two domains on a CPU change every 30 ms', () => {
    const { ran, run } = busy(2, 1);
    run(10 * SLICE);
    expect(changes(ran[0] ?? [])).toBeGreaterThan(5);
    expect(changes(ran[0] ?? [])).toBeLessThan(20);
  });

  it('do not move a domain when there is a CPU for each', () => {
    const { ran, run } = busy(3, 4);
    run(4 * SLICE);
    expect(ran.map((names) => new Set(names).size)).toEqual([1, 1, 1, 0]);
  });

  it('a domain that is paused or destroyed between two turns leaves its CPU at once', () => {
    const { xen, domains, ran, run } = busy(2, 2);
    run(10 * TURN);
    const [first, second] = domains;
    if (first === undefined || second === undefined) throw new Error('there are two domains');
    first.pause();
    expect(first.vcpus[0]?.unit.state).toBe('blocked');
    expect(xen.scheduler.running).not.toContain(first.vcpus[0]?.unit);
    destroyDomain(second);
    const before = ran.flat().length;
    run(10 * TURN);
    expect(ran.flat()).toHaveLength(before);
    first.unpause();
    run(10 * TURN);
    expect(ran.flat().length).toBeGreaterThan(before);
  });

  it('time that the layer below takes between two turns counts as the time of whoever has the CPU', () => {
    const { machine, domains, run } = busy(1, 1);
    run(10 * TURN);
    const used = (): number => domains[0]?.vcpus[0]?.unit.used ?? 0;
    const before = used();
    for (const cpu of machine.cpus) cpu.clock += 5 * TURN;
    run(TURN);
    expect(used() - before).toBe(6 * TURN);
  });
});
