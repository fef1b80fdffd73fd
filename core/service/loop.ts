/** Makes time pass in a world: short slices of work, between which messages are served, and one sample a second. */
import type { Readings } from '../contract/gauges.ts';
import type { World } from '../worlds/desk.ts';

/** Milliseconds of work between two looks at the messages: short, so that a key pressed is not kept waiting. */
const SLICE = 10;
const SAMPLE_EVERY = 1000;
/** Milliseconds that it rests at most. */
const LONGEST_REST = 250;

export interface Loop {
  stop(): void;
  /** Something has come that a world at rest did not expect. */
  wake(): void;
}

export function startLoop(world: World, sampled: (readings: Readings) => void): Loop {
  let stopped = false;
  let next = Date.now() + SAMPLE_EVERY;
  let resting: NodeJS.Timeout | undefined;
  const turn = (): void => {
    resting = undefined;
    if (stopped) return;
    const idle = world.run(SLICE);
    const now = Date.now();
    if (now >= next) {
      next = now + SAMPLE_EVERY;
      const { virtualSeconds, rows } = world.sample();
      sampled({ at: now, virtualSeconds, rows });
    }
    const rest = Math.min(idle, next - Date.now(), LONGEST_REST);
    if (rest > 0) resting = setTimeout(turn, rest);
    else setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      stopped = true;
    },
    wake: () => {
      if (resting === undefined) return;
      clearTimeout(resting);
      resting = undefined;
      setImmediate(turn);
    },
  };
}
