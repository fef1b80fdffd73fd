/** Makes time pass in a world: short slices of work, between which messages are served, and one sample a second. */
import type { Readings } from '../contract/gauges.ts';
import type { World } from '../worlds/desk.ts';

/** Milliseconds of work between two looks at the messages: short, so that a key pressed is not kept waiting. */
const SLICE = 10;
const SAMPLE_EVERY = 1000;

export function startLoop(world: World, sampled: (readings: Readings) => void): { stop(): void } {
  let stopped = false;
  let next = Date.now() + SAMPLE_EVERY;
  const turn = (): void => {
    if (stopped) return;
    const idle = world.run(SLICE);
    const now = Date.now();
    if (now >= next) {
      next = now + SAMPLE_EVERY;
      const { virtualSeconds, rows } = world.sample();
      sampled({ at: now, virtualSeconds, rows });
    }
    const rest = Math.min(idle, next - Date.now(), 250);
    if (rest > 0) setTimeout(turn, rest);
    else setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      stopped = true;
    },
  };
}
