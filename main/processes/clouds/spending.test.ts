/** What the spend page shows and the bill it exports say the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ordered } from '../../../core/cloud/offers.ts';
import { catalogueOf } from '../../../core/cloud/testing/catalogues.ts';
import { Register } from './register.ts';
import { Spending } from './spending.ts';

const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'blanket-spending-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('shares the charge of an instance among its machines, on the page and on the bill', () => {
  const list = catalogueOf('ec2-2012');
  const register = new Register(folder, { tell: () => undefined, send: () => undefined });
  const capacity = { cpuEcu: 30, memoryMib: 20_000, diskMib: 0, vcpus: 16, ownCpuEcu: 3.5, ownMemoryMib: 3_000 };
  register.put({ ...ordered(list, 'cc1.4xlarge', { id: 'i1', name: 'big' }, 0), state: 'ready', capacity });
  register.put(ordered(list, 'm1.small', { id: 'i2', name: 'alone' }, HOUR));
  register.hold({ id: 'i1.1', name: 'web', instance: 'i1' }, { ecu: 15, memoryMib: 10_000 }, 0);
  register.hold({ id: 'i1.2', name: 'gone', instance: 'i1' }, { ecu: 5, memoryMib: 1_000 }, 0);
  register.hold({ id: 'i1.2', name: 'gone', instance: 'i1' }, null, HOUR);
  register.write();
  const spending = new Spending(register, { byId: new Map([[list.id, list]]) });

  const { rows, sinceStart } = spending.read(2 * HOUR);
  const [, ...lines] = spending
    .statement(2 * HOUR)
    .trimEnd()
    .split('\r\n');
  const bill = lines.map((line) => line.split(','));
  expect(bill.map(([kind, instance, machine, name]) => [kind, instance, machine, name])).toEqual([
    ['instance', 'i1', '', 'big'],
    ['own', 'i1', '', 'own'],
    ['machine', 'i1', 'i1.1', 'web'],
    ['machine', 'i1', 'i1.2', 'gone'],
    ['idle', 'i1', '', 'idle'],
    ['instance', 'i2', '', 'alone'],
    ['idle', 'i2', '', 'idle'],
  ]);
  const amountOf = (wanted: string): number[] =>
    bill.filter(([kind]) => (kind === 'instance') === (wanted === 'instance')).map((fields) => Number(fields[10]));
  const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);
  expect(sum(amountOf('instance'))).toBeCloseTo(2 * 1.6 + 0.085, 9);
  expect(sum(amountOf('instance'))).toBeCloseTo(sinceStart, 9);
  expect(amountOf('parts')).toEqual(rows.map((row) => row.sinceStart));
});

/** Percent that each part of an instance answers for, so far and at this moment. */
function answers(spending: Spending, now: number): Record<string, [number, number]> {
  const { rows, perHour, sinceStart } = spending.read(now);
  const percent = (part: number, whole: number): number => Math.round((1e4 * part) / whole) / 100;
  return Object.fromEntries(
    rows.map((row) => [row.machine ?? row.part, [percent(row.sinceStart, sinceStart), percent(row.perHour, perHour)]]),
  );
}

it('shares by what machines used when that is chosen, and hands out what is idle when that is', () => {
  const list = catalogueOf('ec2-2012');
  const used = mkdtempSync(join(folder, 'used-'));
  const register = new Register(used, { tell: () => undefined, send: () => undefined });
  // Of the second layer nothing, so that the figures below are seen at once.
  const capacity = { cpuEcu: 30, memoryMib: 20_000, diskMib: 0, vcpus: 16, ownCpuEcu: 0, ownMemoryMib: 0 };
  register.put({ ...ordered(list, 'cc1.4xlarge', { id: 'i1', name: 'big' }, 0), state: 'ready', capacity });
  for (const id of ['i1.1', 'i1.2']) register.hold({ id, name: id, instance: 'i1' }, { ecu: 15, memoryMib: 10_000 }, 0);
  const spending = new Spending(register, { byId: new Map([[list.id, list]]) });
  const draw = (from: number, to: number, ...machines: { machine: string; cpu: number; memoryMib: number }[]): void =>
    register.draw({ instance: 'i1', from, to, machines });
  // A quarter of an hour at full speed, then three quarters of nothing but memory; the other machine begins at the half.
  draw(0, HOUR / 4, { machine: 'i1.1', cpu: 80, memoryMib: 4000 });
  draw(HOUR / 2, HOUR, { machine: 'i1.1', cpu: 0, memoryMib: 4000 }, { machine: 'i1.2', cpu: 40, memoryMib: 2000 });

  expect(answers(spending, HOUR)).toEqual({ own: [0, 0], 'i1.1': [50, 50], 'i1.2': [50, 50], idle: [0, 0] });
  register.apportioning = { by: 'use', shareIdle: false };
  // First machine: CPU 80 % for a quarter of the time, memory 20 % for three quarters; each counts half.
  expect(answers(spending, HOUR)).toEqual({ own: [0, 0], 'i1.1': [17.5, 10], 'i1.2': [12.5, 25], idle: [70, 65] });
  register.apportioning = { by: 'use', shareIdle: true };
  expect(answers(spending, HOUR)).toEqual({ own: [0, 0], 'i1.1': [58.33, 28.57], 'i1.2': [41.67, 71.43], idle: [0, 0] });

  const again = new Register(used, { tell: () => undefined, send: () => undefined });
  expect(again.apportioning).toEqual({ by: 'use', shareIdle: true });
  expect(again.drawn).toEqual(register.drawn);
});
