/** Lets hostile guests attack, one act after the other, and looks after every piece of the run whether all is in order. */
import { random } from '../../base/random.ts';
import { ATTACKS, type AttackClass } from './attacks.table.ts';
import { HostileWorld } from './hostile-world.ts';

export interface HostileReport {
  readonly acts: number;
  readonly hypercalls: number;
  /** Acts by class of attack. */
  readonly classes: ReadonlyMap<string, number>;
  /** Domains that were ended with a reason, by the reason without its numbers. */
  readonly crashes: ReadonlyMap<string, number>;
  /** What was found out of order; the run ends with the first. */
  readonly offences: readonly string[];
}

/** Acts between two looks. */
const PIECE = 1000;
/** Acts of two guests before others take their places. */
const LIFE = 20_000;
/** How often the guests put their stacks in order before they go on. */
const STEADY = 0.99;
/** Every class as often as its weight says. */
const WHEEL = ATTACKS.flatMap((attack) => new Array<AttackClass>(attack.weight).fill(attack));

const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** @param seed the same seed makes the same run */
export const runHostileGuests = (seed: number, acts: number): HostileReport => {
  const chance = random(seed);
  const world = new HostileWorld(chance);
  const crashes = new Map<string, number>();
  const classes = new Map<string, number>();
  const offences: string[] = [];
  let [done, age, hypercalls] = [0, 0, 0];
  const replace = (): void => {
    for (const guest of world.guests) hypercalls += guest.hypercalls;
    offences.push(...world.replace());
    age = 0;
  };
  while (done < acts && offences.length === 0) {
    const guest = chance.pick(world.guests);
    const attack = chance.pick(WHEEL);
    if (chance.chance(STEADY)) for (const each of world.guests) each.steady();
    chance.pick(attack.acts)(guest);
    count(classes, attack.name);
    done += 1;
    age += 1;
    const ended = world.guests.map(({ domain }) => domain).find(({ shutdownReason }) => shutdownReason !== undefined);
    if (ended !== undefined) {
      count(crashes, (ended.crashReason ?? ended.shutdownReason ?? '').replace(/(0x)?[0-9a-f]*\d[0-9a-f]*/g, '#'));
      replace();
    } else if (age >= LIFE) replace();
    if (done % PIECE === 0 || done === acts) offences.push(...world.offences());
  }
  for (const guest of world.guests) hypercalls += guest.hypercalls;
  return { acts: done, hypercalls, classes, crashes, offences };
};
