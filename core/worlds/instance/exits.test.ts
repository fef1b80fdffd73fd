/** Exits are charged to the domain that had the CPU, and told as rates since the last look. */
import { expect, it } from 'vitest';
import { Ledger } from '../../observe/ledger.ts';
import type { DomainControl } from '../../seams/hypervisor.ts';
import { Exits } from './exits.ts';

const FREQUENCY = 1e6;

function controlOf(id: number, calls: number, traps: number): DomainControl {
  const statistics = { pages: 0, maximumPages: 0, vcpus: [], hypercalls: calls, traps };
  return { id, statistics, calls: () => [{ name: 'sched_op', count: calls }] } as unknown as DomainControl;
}

it('charges each domain with its own exits, and nobody with those of an idle CPU', () => {
  const exits = new Exits(FREQUENCY);
  exits.count(1, 'call', 100);
  exits.count(1, 'call', 300);
  exits.count(2, 'halt', 50);
  exits.count(undefined, 'halt', 50);
  expect([exits.of(1), exits.of(2), exits.of(3)]).toEqual([2, 1, 0]);
  const [row] = exits.domain('i1.1', 1, controlOf(1, 0, 0));
  expect(row).toMatchObject({ layer: 'first', reason: 'call', total: 2, cyclesEach: 200 });
});

it('tells rates of virtual time, and what they come to of a CPU', () => {
  const exits = new Exits(FREQUENCY);
  expect(exits.domain('i1.1', 1, controlOf(1, 1000, 0)).map((row) => row.perSecond)).toEqual([0, 0]);
  const [calls] = exits.domain('i1.1', 3, controlOf(1, 1500, 0));
  expect(calls).toMatchObject({ reason: 'sched_op', perSecond: 250 });
  expect(calls?.cpu).toBeCloseTo((100 * 250 * (calls?.cyclesEach ?? 0)) / FREQUENCY);
});

it('counts a reason that is new since the last look from nothing, and starts over with a new domain', () => {
  const exits = new Exits(FREQUENCY);
  const ledger = new Ledger();
  exits.instance('i1', 1, ledger, []);
  ledger.count('interrupt', 10);
  expect(exits.instance('i1', 2, ledger, [])[0]?.perSecond).toBe(1);
  exits.domain('i1.1', 1, controlOf(1, 1000, 7));
  expect(exits.domain('i1.1', 2, controlOf(2, 10, 0)).map((row) => row.perSecond)).toEqual([0, 0]);
});

it('forgets a domain whose number is given out again', () => {
  const exits = new Exits(FREQUENCY);
  exits.count(4, 'call', 1);
  exits.forget(4);
  expect(exits.of(4)).toBe(0);
});
