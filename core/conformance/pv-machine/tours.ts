/** Domains that tour the paravirtual interface, run to their ends on any stack. */
import type { PvWorld } from '../../worlds/pv.ts';
import { TOUR_KERNEL } from './tour-kernel.ts';

/** 8 MiB: the kernel, its tables, and pages to give back and take again. */
const PAGES = 2048;
/** Cycles between two looks at how many have ended, and the most looks. */
const TURN = 1_000_000;
const MOST_TURNS = 100;

/**
 * Runs `count` of them at once.
 * @returns how each ended, in the order of their ends: the reason of its shutdown, or why it crashed
 */
export function runTours(world: PvWorld, count: number): readonly string[] {
  const { toolstack } = world.domain0;
  const ends: string[] = [];
  toolstack.onEnd((domain, reason) => ends.push(domain.control.crashReason ?? reason));
  const shape = { pages: PAGES, maximumPages: PAGES, vcpus: 1, weight: 256, cap: 0, affinity: undefined, commandLine: '' };
  const made = Array.from({ length: count }, (_, index) =>
    toolstack.create({
      spec: { ...shape, name: `tour-${index}`, uuid: new Uint8Array(16).fill(index), kernel: TOUR_KERNEL, ramdisk: undefined },
      onlineVcpus: 1,
      console: { write: () => {}, onData: () => {} },
    }),
  );
  for (const domain of made)
    if (typeof domain === 'string') ends.push(domain);
    else domain.control.unpause();
  for (let turn = 0; turn < MOST_TURNS && ends.length < count; turn++) world.run(world.now() + TURN);
  return ends;
}
