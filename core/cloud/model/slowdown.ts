/**
 * How much longer a busy spell takes than alone on the instance.
 *
 * A machine that wants a part of its threads runs for that part of the time and sleeps for the rest, so at any moment it
 * runs or not, and waiting stretches the running only. Machines of one kind: exact, by the finite source. Otherwise a fixed
 * point: a burst that takes s times as long keeps its machine busy s times as long, which decides whom the others meet, which
 * decides s. What a machine gets when threads are short is what the scheduler's weights and caps give it (water filling).
 */
import { type Distribution, distributionOf, each, type Group } from './distribution.ts';
import { solve } from './finite-source.ts';
import type { Hour, Load, LoadClass } from './load.ts';
import { deliveredToGuests, guestThreads, pace, type Supply } from './supply.ts';

const ITERATIONS = 12;
const CLOSE_ENOUGH = 5e-4;
/** A class with more members meets the same crowd whether one of them is left out or not. */
const MANY = 64;
/** Demands at which the sharing is worked out; between them it is interpolated. */
const LEVELS = 24;

interface Lattice {
  readonly size: number;
  readonly table: Float64Array;
}

export interface ClassSlowdown {
  readonly name: string;
  /** Mean over bursts, against alone on the instance with the same cap. */
  readonly mean: number;
  /** By kind of hour, as in `load.hours`. */
  readonly byHour: readonly number[];
}

/** A machine at the scale of the scheduler: so many threads when it runs, and how much of the time it runs. */
export interface Runner {
  readonly threads: number;
  /** Part of a busy spell, and of the time between, in which it runs when it never waits. */
  readonly busyPart: number;
  readonly idlePart: number;
}

/** One whose cap is below what it wants runs all the time on what the cap leaves. */
export function runnerOf(it: LoadClass): Runner {
  const most = Math.min(it.vcpus, it.capThreads);
  const threads = it.capThreads < it.busyThreads ? it.capThreads : it.vcpus;
  return { threads, busyPart: Math.min(1, it.busyThreads / most), idlePart: Math.min(1, it.idleThreads / most) };
}

const thinkOf = (it: LoadClass, duty: number): number => (duty >= 1 ? 0 : (it.burstSeconds * (1 - duty)) / duty);
/** A spell of which `part` is running, when running takes `s` times as long. */
const spell = (part: number, s: number): number => 1 + part * (s - 1);
const stretched = (part: number, s: number): number => (part * s) / spell(part, s);

/** One kind of machine, no block, nothing drawn between bursts. */
const simple = (load: Load): boolean =>
  load.classes.length === 1 &&
  load.classes.every((it) => it.block === 0 && (it.idleThreads === 0 || load.hours.every((hour) => (hour.duty[0] ?? 0) >= 1)));

function exactly(it: LoadClass, duty: number, supply: Supply): { slowdown: number; bursts: number } {
  if (duty <= 0) return { slowdown: 1, bursts: 0 };
  const { threads, busyPart } = runnerOf(it);
  const one = deliveredToGuests(supply, threads);
  const queue = solve({
    machines: it.count,
    thinkSeconds: thinkOf(it, duty) + it.burstSeconds * (1 - busyPart),
    burstSeconds: it.burstSeconds * busyPart,
    speed: (n) => deliveredToGuests(supply, n * threads) / one,
  });
  return { slowdown: spell(busyPart, queue.slowdown), bursts: queue.throughput };
}

interface Asking {
  readonly count: number;
  readonly threads: number;
  readonly weight: number;
}

/** The level at which each gets min(wanted, level x weight) and all together get `threads`. */
function waterLevel(asking: readonly Asking[], threads: number): number {
  const order = [...asking]
    .filter((it) => it.count > 0 && it.threads > 0)
    .sort((a, b) => a.threads / a.weight - b.threads / b.weight);
  let left = threads;
  let weights = order.reduce((sum, it) => sum + it.count * it.weight, 0);
  for (const it of order) {
    if ((it.threads / it.weight) * weights >= left) return left / weights;
    left -= it.count * it.threads;
    weights -= it.count * it.weight;
  }
  return Number.POSITIVE_INFINITY;
}

/** Stretch of each class when `x` threads want to run and those who do are the average ones, scaled to add up to x. */
function stretchAt(load: Load, running: readonly number[], supply: Supply, x: number): number[] {
  const room = guestThreads(supply);
  if (x <= room || x <= 0) return load.classes.map(() => pace(supply, x));
  const asking: Asking[] = load.classes.map((it, index) => ({
    count: it.count * (running[index] ?? 0),
    threads: runnerOf(it).threads,
    weight: it.weight,
  }));
  const total = asking.reduce((sum, it) => sum + it.count * it.threads, 0);
  const scale = total > 0 ? x / total : 1;
  const level = waterLevel(
    asking.map((it) => ({ ...it, count: it.count * scale })),
    room,
  );
  return load.classes.map((it) => {
    const { threads } = runnerOf(it);
    return (threads / Math.max(Math.min(threads, level * it.weight), 1e-9)) * pace(supply, room);
  });
}

/** Stretch as a function of total demand, for each class. */
function stretches(load: Load, running: readonly number[], supply: Supply): (index: number, x: number) => number {
  const room = guestThreads(supply);
  const most = load.classes.reduce((sum, it) => sum + it.count * runnerOf(it).threads, 0);
  if (most <= room) return (_index, x) => pace(supply, x);
  const width = (most - room) / LEVELS;
  const rows = Array.from({ length: LEVELS + 1 }, (_, k) =>
    stretchAt(load, running, supply, room + (k === 0 ? 1e-9 : k * width)),
  );
  return (index, x) => {
    if (x <= room) return pace(supply, x);
    const at = Math.min((x - room) / width, LEVELS);
    const k = Math.min(Math.floor(at), LEVELS - 1);
    const [low, high] = [rows[k]?.[index] ?? 1, rows[k + 1]?.[index] ?? 1];
    return low + (high - low) * (at - k);
  };
}

/** How often the members of a class are busy and run, when running takes `s` times as long. */
interface Mood {
  readonly busy: number;
  readonly whileBusy: number;
  readonly whileIdle: number;
}

const running = (mood: Mood): number => mood.busy * mood.whileBusy + (1 - mood.busy) * mood.whileIdle;

/** Everyone but one running machine of class `index`, in the block (which is busy then) or out of it; -1 leaves out nobody. */
function others(load: Load, moods: readonly Mood[], index: number, inBlock: boolean): { base: number; groups: Group[] } {
  let base = 0;
  const groups: Group[] = [];
  load.classes.forEach((it, at) => {
    const { threads } = runnerOf(it);
    const mood = moods[at] ?? NO_MOOD;
    const mine = at === index;
    groups.push({ count: it.count - it.block - (mine && !inBlock ? 1 : 0), increment: threads, probability: running(mood) });
    if (mine) base += threads;
    if (it.block === 0) return;
    if (mine && inBlock) base += (it.block - 1) * threads * mood.whileBusy;
    else {
      base += it.block * threads * mood.whileIdle;
      groups.push({ count: 1, increment: it.block * threads * (mood.whileBusy - mood.whileIdle), probability: mood.busy });
    }
  });
  return { base, groups };
}

/** Stretch of running, for each class, in one kind of hour; `start` is where to begin. */
function inHour(
  load: Load,
  hour: Hour,
  supply: Supply,
  { lattice, start }: { lattice: Lattice; start: readonly number[] },
): number[] {
  let slow = [...start];
  for (let round = 0; round < ITERATIONS; round += 1) {
    const moods = load.classes.map((it, index) => moodOf(it, hour.duty[index] ?? 0, slow[index] ?? 1));
    const next = met(load, moods, supply, lattice).map((it, index) => {
      const own = load.classes[index];
      return own === undefined ? 1 : Math.max(1, it / pace(supply, runnerOf(own).threads));
    });
    const moved = next.reduce((worst, value, index) => Math.max(worst, Math.abs(value / (slow[index] ?? 1) - 1)), 0);
    slow = next;
    if (moved < CLOSE_ENOUGH) break;
  }
  return slow;
}

/** Mean stretch that a running machine of each class meets. */
function met(load: Load, moods: readonly Mood[], supply: Supply, lattice: Lattice): number[] {
  const stretch = stretches(load, moods.map(running), supply);
  const crowd = load.classes.some((it) => it.count - it.block > MANY) ? everyone(load, moods, lattice) : null;
  return load.classes.map((it, index) => {
    const average = (inBlock: boolean): number => {
      const many = crowd !== null && !inBlock && it.count - it.block > MANY;
      // Out of a large class one machine that runs for certain is the crowd, moved by what is certain now.
      const moved = many ? (1 - running(moods[index] ?? NO_MOOD)) * runnerOf(it).threads : 0;
      let sum = 0;
      each(many ? crowd : without(load, moods, { index, inBlock }, lattice), (x, probability) => {
        sum += probability * stretch(index, x + moved);
      });
      return sum;
    };
    const part = it.block / it.count;
    return (part < 1 ? (1 - part) * average(false) : 0) + (part > 0 ? part * average(true) : 0);
  });
}

const NO_MOOD: Mood = { busy: 0, whileBusy: 0, whileIdle: 0 };

function without(load: Load, moods: readonly Mood[], who: { index: number; inBlock: boolean }, lattice: Lattice): Distribution {
  const { base, groups } = others(load, moods, who.index, who.inBlock);
  return distributionOf(base, groups, lattice.size, lattice.table);
}

function everyone(load: Load, moods: readonly Mood[], lattice: Lattice): Distribution {
  const { base, groups } = others(load, moods, -1, false);
  return distributionOf(base, groups, lattice.size, lattice.table);
}

function moodOf(it: LoadClass, duty: number, s: number): Mood {
  const { busyPart, idlePart } = runnerOf(it);
  const long = duty * spell(busyPart, s);
  return { busy: long / (long + 1 - duty), whileBusy: stretched(busyPart, s), whileIdle: stretched(idlePart, s) };
}

/** Mean slowdown of each class over the day, weighted by the bursts that begin. */
export function slowdowns(load: Load, supply: Supply, lattice: Lattice): ClassSlowdown[] {
  const [only] = load.classes;
  let start: readonly number[] = load.classes.map(() => 1);
  const hours = load.hours.map((hour) => {
    if (only !== undefined && simple(load)) {
      const it = exactly(only, hour.duty[0] ?? 0, supply);
      return { slow: [it.slowdown], bursts: [it.bursts] };
    }
    // Hours are like their neighbours: the last answer is a good beginning.
    const stretch = inHour(load, hour, supply, { lattice, start });
    start = stretch;
    const slow = load.classes.map((it, index) => spell(runnerOf(it).busyPart, stretch[index] ?? 1));
    const bursts = load.classes.map((it, index) => {
      const duty = hour.duty[index] ?? 0;
      return duty <= 0 ? 0 : it.count / (thinkOf(it, duty) + it.burstSeconds * (slow[index] ?? 1));
    });
    return { slow, bursts };
  });
  return load.classes.map((it, index) => {
    const weights = hours.map((hour, at) => (hour.bursts[index] ?? 0) * (load.hours[at]?.weight ?? 0));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = all > 0 ? hours.reduce((sum, hour, at) => sum + (weights[at] ?? 0) * (hour.slow[index] ?? 1), 0) / all : 1;
    return { name: it.name, mean, byHour: hours.map((hour) => hour.slow[index] ?? 1) };
  });
}
