/** The credit scheduler: weights, caps, boost, pinning; driven by a loop that stands for the CPUs. */
import { describe, expect, it } from 'vitest';
import { type Account, CreditScheduler, createAccount, createUnit, type Unit } from './scheduler.ts';

const FREQUENCY = 1_000_000_000;
const MS = FREQUENCY / 1000;

/** Runs `cpus` CPUs for `span`; every unit always wants to run unless `duty` says how it sleeps. */
function drive(cpus: number, accounts: { account: Account; units: number; affinity?: number }[], span: number) {
  const scheduler = new CreditScheduler(cpus, FREQUENCY, () => {});
  const units: Unit[] = [];
  for (const { account, units: count, affinity } of accounts) {
    for (let index = 0; index < count; index++) {
      const unit = createUnit(account, affinity);
      units.push(unit);
      scheduler.add(unit);
      scheduler.wake(unit, 0);
    }
  }
  const window = MS;
  for (let start = 0; start < span; start += window) {
    for (let cpu = 0; cpu < cpus; cpu++) {
      let now = start;
      while (now < start + window) {
        const unit = scheduler.pick(cpu, now);
        if (unit === undefined) break;
        const end = Math.min(start + window, scheduler.sliceEnd(unit));
        scheduler.burn(unit, now, end);
        now = end;
        scheduler.stop(unit, cpu, true);
      }
    }
  }
  return units;
}

const used = (units: readonly Unit[], account: Account): number =>
  units.filter((unit) => unit.account === account).reduce((sum, unit) => sum + unit.used, 0);

describe('credit scheduler', () => {
  it('shares one CPU 1:2 for weights 256 and 512', () => {
    const small = createAccount(256);
    const large = createAccount(512);
    const units = drive(
      1,
      [
        { account: small, units: 1 },
        { account: large, units: 1 },
      ],
      3000 * MS,
    );
    expect(used(units, large) / used(units, small)).toBeGreaterThan(1.94);
    expect(used(units, large) / used(units, small)).toBeLessThan(2.06);
  });

  it('shares two CPUs among forty domains evenly', () => {
    const accounts = Array.from({ length: 40 }, () => createAccount());
    const units = drive(
      2,
      accounts.map((account) => ({ account, units: 1 })),
      12_000 * MS,
    );
    const shares = accounts.map((account) => used(units, account) / (12_000 * MS));
    expect(Math.min(...shares)).toBeGreaterThan(0.045);
    expect(Math.max(...shares)).toBeLessThan(0.055);
  });

  it('holds a cap of 50 although the CPU is idle otherwise', () => {
    const capped = createAccount(256, 50);
    const units = drive(2, [{ account: capped, units: 1 }], 3000 * MS);
    expect(used(units, capped) / (3000 * MS)).toBeCloseTo(0.5, 1.9);
  });

  it('gives what a capped account leaves to the others', () => {
    const capped = createAccount(1024, 25);
    const free = createAccount(256);
    const units = drive(
      1,
      [
        { account: capped, units: 1 },
        { account: free, units: 1 },
      ],
      3000 * MS,
    );
    expect(used(units, capped) / (3000 * MS)).toBeCloseTo(0.25, 1.9);
    expect(used(units, free) / (3000 * MS)).toBeCloseTo(0.75, 1.9);
  });

  it('keeps a pinned unit on its CPU', () => {
    const pinned = createAccount();
    const others = createAccount();
    const units = drive(
      2,
      [
        { account: pinned, units: 1, affinity: 0b10 },
        { account: others, units: 3 },
      ],
      300 * MS,
    );
    expect(units[0]?.cpu).toBe(1);
  });

  it('boosts a unit that wakes with credits, and lets it preempt', () => {
    const kicked: number[] = [];
    const scheduler = new CreditScheduler(1, FREQUENCY, (cpu) => kicked.push(cpu));
    const batch = createUnit(createAccount());
    const interactive = createUnit(createAccount());
    scheduler.add(batch);
    scheduler.add(interactive);
    scheduler.wake(batch, 0);
    const running = scheduler.pick(0, 0);
    expect(running).toBe(batch);
    scheduler.burn(batch, 0, 12 * MS);
    kicked.length = 0;
    scheduler.wake(interactive, 12 * MS);
    expect(kicked).toEqual([0]);
    expect(scheduler.shouldPreempt(0, 12 * MS)).toBe(true);
  });

  it('never runs a unit on a CPU whose clock is behind the unit', () => {
    const scheduler = new CreditScheduler(2, FREQUENCY, () => {});
    const unit = createUnit(createAccount());
    scheduler.add(unit);
    scheduler.wake(unit, 5 * MS);
    expect(scheduler.pick(1, 4 * MS)).toBeUndefined();
    expect(scheduler.nextLook(1)).toBe(5 * MS);
    expect(scheduler.pick(1, 5 * MS)).toBe(unit);
  });
});
