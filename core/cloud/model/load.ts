/** From guest classes to what one instance has to carry, hour by hour. */
import type { GuestClass } from '../scenario.ts';

/** Machines of one class on one instance, in threads and MB. */
export interface LoadClass {
  readonly name: string;
  readonly count: number;
  readonly vcpus: number;
  /** Threads wanted while not busy and while busy, each machine. */
  readonly idleThreads: number;
  readonly busyThreads: number;
  /** At most this many threads' time, by its cap. */
  readonly capThreads: number;
  readonly weight: number;
  readonly burstSeconds: number;
  /** How many of them are busy together, as one block; 0 or at least 2. */
  readonly block: number;
  readonly memoryMb: { readonly idle: number; readonly burst: number };
  readonly networkMbps: { readonly idle: number; readonly burst: number };
}

/** One kind of hour: how much of the day it is, and the part of it each class is busy, by class index. */
export interface Hour {
  readonly weight: number;
  /** Hours of the day of this kind. */
  readonly hours: readonly number[];
  readonly duty: readonly number[];
}

export interface Load {
  readonly classes: readonly LoadClass[];
  readonly hours: readonly Hour[];
}

/** Two machines of a block are always busy together, others never more than by chance: correlation = (block / count)^2. */
const blockOf = (guest: GuestClass, count: number): number => {
  const block = Math.round(count * Math.sqrt(guest.correlation));
  return block < 2 ? 0 : block;
};

function classOf(guest: GuestClass, count: number): LoadClass {
  const { mean, burst, duty } = guest.load;
  const idle = duty >= 1 ? burst : Math.max(0, (mean - duty * burst) / (1 - duty));
  const cap = guest.capPercent === 0 ? guest.vcpus : Math.min(guest.vcpus, guest.capPercent / 100);
  const memory = guest.memoryMb;
  return {
    name: guest.name,
    count,
    vcpus: guest.vcpus,
    idleThreads: idle * guest.vcpus,
    busyThreads: burst * guest.vcpus,
    capThreads: cap,
    weight: guest.weight,
    burstSeconds: guest.load.burstSeconds,
    block: blockOf(guest, count),
    memoryMb: { idle: memory * guest.workingSet.idle, burst: memory * guest.workingSet.burst },
    networkMbps: guest.networkMbps,
  };
}

/** Busy part in hour `hour`; the day's mean is `duty` unless some hour is already full. */
function dutyAt(guest: GuestClass, hour: number): number {
  if (guest.hourly === null) return guest.load.duty;
  const average = guest.hourly.reduce((sum, it) => sum + it, 0) / 24;
  return Math.min(1, (guest.load.duty * (guest.hourly[hour] ?? 0)) / average);
}

/** The load on an instance that carries `counts` machines of each class. Hours that are alike are put together. */
export function loadOf(guests: readonly GuestClass[], counts: readonly number[]): Load {
  const present = guests.map((guest, index) => ({ guest, count: counts[index] ?? 0 })).filter((it) => it.count > 0);
  const kinds = new Map<string, { hours: number[]; duty: number[] }>();
  for (let hour = 0; hour < 24; hour += 1) {
    const duty = present.map((it) => dutyAt(it.guest, hour));
    const key = duty.map((it) => it.toPrecision(12)).join(' ');
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { hours: [hour], duty });
    else kind.hours.push(hour);
  }
  return {
    classes: present.map((it) => classOf(it.guest, it.count)),
    hours: [...kinds.values()].map((it) => ({ weight: it.hours.length / 24, ...it })),
  };
}
