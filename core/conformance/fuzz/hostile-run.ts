/** Runs hostile guests against a hypervisor on a fake machine and looks after every piece of the run whether all is in order. */
import { random } from '../../base/random.ts';
import { audit } from '../../hypervisors/xen/audit.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { buildDomain } from '../../hypervisors/xen/pv/build.ts';
import type { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import { destroyDomain } from '../../hypervisors/xen/pv/teardown.ts';
import { createXen, smallSpec } from '../../hypervisors/xen/testing/fixture.ts';
import type { Xen } from '../../hypervisors/xen/xen.ts';
import { HostileGuest } from './hostile-guest.ts';

export interface HostileReport {
  readonly acts: number;
  /** Domains that were ended with a reason, by the reason without its numbers. */
  readonly crashes: ReadonlyMap<string, number>;
  /** What was found out of order; the run ends with the first. */
  readonly offences: readonly string[];
}

const FRAMES = 4096;
const PAGES = 1100;
/** Acts between two looks. */
const PIECE = 1000;
/** Acts of one guest before another takes its place. */
const LIFE = 20_000;

const build = (xen: Xen): PvDomain => {
  const built = buildDomain(xen, smallSpec({ pages: PAGES, maximumPages: PAGES + 50 }));
  if (typeof built === 'string') throw new Error(built);
  built.unpause();
  return built;
};

/** Sum over the memory of a domain, to see that nobody wrote to it. */
const fingerprint = (xen: Xen, domain: PvDomain): string => {
  let [a, b] = [1, 0];
  for (const frame of xen.frames.ownedBy(domain.owner)) {
    const bytes = xen.memory.bytes(frame, 'read');
    for (const word of new Uint32Array(bytes.buffer, bytes.byteOffset, 1024)) {
      a = (a + word) | 0;
      b = (b + a) | 0;
    }
  }
  return `${a}:${b}`;
};

export const runHostileGuests = (seed: number, acts: number): HostileReport => {
  const chance = random(seed);
  const { xen } = createXen(FRAMES);
  new NativeDomain(xen, 0, 'control', 256);
  const victim = build(xen);
  const crashes = new Map<string, number>();
  const offences: string[] = [];
  const foreign = [...xen.frames.ownedBy(victim.owner)].slice(100, 110).concat([16, 17, 18] as never[]);
  const before = fingerprint(xen, victim);
  // The first domain at a place makes the hypervisor's own tables for it; they stay.
  destroyDomain(build(xen));
  const freeBefore = xen.frames.free;
  let done = 0;
  let attacker = build(xen);
  let guest = new HostileGuest(attacker, chance, foreign);
  let age = 0;
  const look = (): void => {
    offences.push(...audit(xen).slice(0, 5));
    if (fingerprint(xen, victim) !== before) offences.push('the memory of another domain changed');
    if (victim.shutdownReason !== undefined) offences.push(`another domain ended: ${victim.crashReason}`);
  };
  const replace = (): void => {
    destroyDomain(attacker);
    if (xen.frames.free !== freeBefore) offences.push(`${freeBefore - xen.frames.free} frames are lost`);
    attacker = build(xen);
    guest = new HostileGuest(attacker, chance, foreign);
    age = 0;
  };
  while (done < acts && offences.length === 0) {
    guest.step();
    done += 1;
    age += 1;
    if (attacker.shutdownReason !== undefined) {
      const reason = (attacker.crashReason ?? attacker.shutdownReason).replace(/0x[0-9a-f]+|\d+/g, '#');
      crashes.set(reason, (crashes.get(reason) ?? 0) + 1);
      replace();
    } else if (age >= LIFE) replace();
    else if (done % PIECE === 0) look();
  }
  return { acts: done, crashes, offences };
};
