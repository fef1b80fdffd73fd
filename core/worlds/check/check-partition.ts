/**
 * The measured side of a plan: its instance is rented from the emulated provider, the Blanket laid over it, and cut into
 * machines that all compute; what each gets done is counted and compared with what it gets done alone.
 *
 * The machines are clones of one that booted. Nothing here knows what is predicted.
 */
import { Refusal } from '../../base/refusal.ts';
import type { CheckedClass, CheckNews, MeasuredPoint, Partition } from '../../cloud/check.ts';
import type { ManagedDomain } from '../../control/toolstack.ts';
import { parsePvKernel } from '../../guests/boot/pv-kernel.ts';
import type { PvKernel } from '../../seams/hypervisor.ts';
import { MOST_CPUS } from '../bare.ts';
import { type BlanketWorld, blanketWorld } from '../blanket.ts';
import type { Provisions } from '../desk.ts';
import { kvmOutfit } from '../outfit.ts';
import { xenOutfit } from '../xen-outfit.ts';
import { busyCommand, WorkCounter } from './busy-guest.ts';

const OUTFITS = { xen: xenOutfit, kvm: kvmOutfit } as const;
const IMAGE = 'default';
/** The date at start does not matter; it is the same in every run. */
const EPOCH = Date.UTC(2026, 0, 1) / 1000;
/** Cycles per second: a slow computer, since slowdown is a ratio and a second of all its CPUs has to be computed. */
const FREQUENCY = 200_000_000;
const PAGES_PER_MB = 256;
/** Virtual seconds between two looks. */
const STEP = 0.005;
/** Virtual seconds in which work is counted: some forty slices of the scheduler. */
const WINDOW = 1.2;
/** Virtual seconds that a machine needs at most to boot, or to suspend. */
const PATIENCE = 120;
/** Units that every machine must have done before anything is counted: its memory is its own by then, where it writes. */
const WARM = 24;
/** Virtual seconds for the queues to settle after machines came or went. */
const SETTLE = 0.15;
const MOST_MACHINES = 200;

interface Busy {
  readonly domain: ManagedDomain;
  readonly work: WorkCounter;
}

/**
 * Goes step by step: whoever calls decides when to go on, and cancels by not going on.
 * @throws Refusal for what cannot be built or does not come up
 */
export function* checkPartition(provisions: Provisions, partition: Partition): Generator<CheckNews, void> {
  const { threads, cores, smtYield, memoryMb, classes, points } = partition;
  const most = classes.map((_, index) => Math.max(1, ...points.map((point) => point[index] ?? 0)));
  refuseTooLarge(threads, most);
  const of = classes.length + points.length + 2;
  let done = 0;
  const news = (step: string, point?: MeasuredPoint): CheckNews => ({ done, of, step, ...(point && { point }) });

  const image = provisions.image(IMAGE);
  const kernel = parsePvKernel(image.kernel, provisions.codecs);
  const world = blanketWorld({
    wasm: provisions.wasm(),
    memoryBytes: memoryMb * 2 ** 20,
    cpus: threads,
    frequency: FREQUENCY,
    epoch: EPOCH,
    emergency: () => undefined,
    outfit: OUTFITS[partition.flavour],
    ...(cores < threads && { cores: { count: cores, yield: smtYield } }),
  });
  const machines: Busy[][] = [];
  for (const [index, each] of classes.entries()) {
    const step = `Booting a machine of ${each.name} with ${Math.floor(each.memoryMb)} MB, and ${most[index]} clones of it`;
    yield news(step);
    const config = configOf(each, kernel, image);
    for (const _ of cloned(world, config, most[index] ?? 1, machines)) yield news(step);
    done += 1;
  }

  const warming = 'Letting every machine begin';
  for (const busy of machines.flat()) busy.domain.control.unpause();
  const warm = (): boolean => machines.flat().every(({ work }) => work.done >= WARM);
  for (const _ of until(world, warm, PATIENCE, 'The machines do not compute')) yield news(warming);
  for (const busy of machines.flat()) busy.domain.control.pause();
  done += 1;

  const alone: number[] = [];
  for (const [index, each] of classes.entries()) {
    const step = `Measuring one machine of ${each.name} alone`;
    const one = machines[index]?.slice(0, 1) ?? [];
    const [rate = 0] = yield* counted(world, one, () => news(step));
    alone.push(rate);
  }
  done += 1;

  for (const point of points) {
    const step = `Measuring ${point.reduce((sum, count) => sum + count, 0)} machines at once`;
    const running = machines.map((each, index) => each.slice(0, point[index] ?? 0));
    const rates = yield* counted(world, running.flat(), () => news(step));
    done += 1;
    yield news(step, pointOf(point, running, rates, alone));
  }
}

function refuseTooLarge(threads: number, most: readonly number[]): void {
  const count = most.reduce((sum, each) => sum + each, 0);
  if (threads > MOST_CPUS)
    throw new Refusal(
      'check-too-large',
      `The instance has ${threads} threads; the emulated computer has at most ${MOST_CPUS}.`,
      'Check the plan with a smaller type of the same family.',
    );
  if (count > MOST_MACHINES)
    throw new Refusal(
      'check-too-large',
      `${count} machines are more than the ${MOST_MACHINES} that are built for a check.`,
      'Check smaller counts.',
    );
}

type Config = Parameters<BlanketWorld['domain0']['toolstack']['create']>[0];

const configOf =
  (each: CheckedClass, kernel: PvKernel, image: ReturnType<Provisions['image']>) =>
  (number: number, work: WorkCounter): Config => ({
    spec: {
      name: `${each.name}-${number}`,
      uuid: Uint8Array.from({ length: 16 }, (_, byte) => (byte === 15 ? number & 0xff : byte === 14 ? number >> 8 : 0)),
      pages: Math.floor(each.memoryMb) * PAGES_PER_MB,
      maximumPages: Math.floor(each.memoryMb) * PAGES_PER_MB,
      vcpus: each.vcpus,
      weight: each.weight,
      cap: each.capPercent,
      affinity: undefined,
      kernel,
      ramdisk: image.ramdisk?.bytes,
      commandLine: `console=hvc0 quiet ${image.commandLine} ip=off ${busyCommand(each.vcpus)}`,
    },
    onlineVcpus: each.vcpus,
    console: work,
  });

/** Boots one machine, lets it compute, suspends it, and adds as many clones of it to `machines`. */
function* cloned(
  world: BlanketWorld,
  config: (number: number, work: WorkCounter) => Config,
  count: number,
  machines: Busy[][],
): Generator<void, void> {
  const { toolstack } = world.domain0;
  const made = (domain: ManagedDomain | string): ManagedDomain => {
    if (typeof domain !== 'string') return domain;
    throw new Refusal('no-room', `A machine cannot be built: ${domain}.`, 'Give machines less memory, or plan fewer.');
  };
  const work = new WorkCounter();
  const template = made(toolstack.create(config(0, work)));
  template.control.unpause();
  yield* until(world, () => work.done >= WARM, PATIENCE, 'The machine does not boot');
  toolstack.requestShutdown(template, 'suspend');
  yield* until(world, () => template.control.shutdownReason === 'suspend', PATIENCE, 'The machine does not suspend');
  const clones: Busy[] = [];
  for (let number = 1; number <= count; number++) {
    const own = new WorkCounter();
    clones.push({ domain: made(toolstack.clone(template, config(number, own))), work: own });
    yield;
  }
  toolstack.destroy(template);
  machines.push(clones);
}

/** Lets these machines run alone for a window; the work of each, in units per virtual second. */
function* counted(world: BlanketWorld, running: readonly Busy[], news: () => CheckNews): Generator<CheckNews, number[]> {
  for (const { domain } of running) domain.control.unpause();
  for (const _ of pass(world, SETTLE)) yield news();
  const before = running.map(({ work }) => work.done);
  for (const _ of pass(world, WINDOW)) yield news();
  const rates = running.map(({ work }, index) => (work.done - (before[index] ?? 0)) / WINDOW);
  for (const { domain } of running) domain.control.pause();
  return rates;
}

function pointOf(
  machines: readonly number[],
  running: readonly (readonly Busy[])[],
  rates: readonly number[],
  alone: readonly number[],
): MeasuredPoint {
  let from = 0;
  const ratios = running.map((of, index) => {
    const own = rates.slice(from, from + of.length);
    from += of.length;
    return own.map((rate) => (alone[index] ?? 0) / Math.max(rate, Number.MIN_VALUE));
  });
  const all = ratios.flat();
  return {
    machines,
    slowdowns: ratios.map((of) => (of.length === 0 ? 1 : of.reduce((sum, each) => sum + each, 0) / of.length)),
    least: Math.min(...all),
    most: Math.max(...all),
  };
}

/** Lets virtual time pass while somebody has something to do. */
function* pass(world: BlanketWorld, seconds: number): Generator<void, void> {
  const end = world.now() + seconds * FREQUENCY;
  while (world.now() < end) {
    if (!advance(world, Math.min(end, world.now() + STEP * FREQUENCY))) throw failed('The machines sleep');
    yield;
  }
}

function* until(world: BlanketWorld, done: () => boolean, seconds: number, complaint: string): Generator<void, void> {
  const end = world.now() + seconds * FREQUENCY;
  while (!done()) {
    if (world.now() >= end) throw failed(`${complaint} within ${seconds} seconds of its time`);
    if (!advance(world, world.now() + STEP * FREQUENCY) && !done()) throw failed(`${complaint}: it sleeps`);
    yield;
  }
}

/** False: nothing is left to do. */
function advance(world: BlanketWorld, to: number): boolean {
  const progress = world.run(to);
  if (progress.kind === 'ended') throw failed(`The instance ended: ${progress.outcome.kind}`);
  return progress.kind === 'time';
}

const failed = (what: string): Refusal =>
  new Refusal('check-failed', `${what}.`, 'Give the machines more memory; if that does not help, report it with the plan.');
