/** Whether a guest has booted, seen from outside: it has used its processors, and then has next to nothing to do for a while. */
import type { Guest } from './guest.ts';

/** Virtual seconds that are looked at in one piece: longer than the pauses in which a kernel waits for a device. */
const SPAN = 1;
/** Share of one processor below which a guest waits for something to do. */
const IDLE = 0.1;
/** Virtual seconds of work without which no kernel has booted. */
const LEAST = 1;
const NANOSECONDS = 1e9;

export class Settling {
  #from: { at: number; used: number } | undefined;

  constructor(private readonly guest: Pick<Guest, 'domain'>) {}

  /** @param now virtual seconds; to be asked often */
  settled(now: number): boolean {
    const used = (this.guest.domain?.control.statistics.vcpus ?? []).reduce((sum, vcpu) => sum + vcpu.time[0], 0) / NANOSECONDS;
    const from = this.#from;
    if (from !== undefined && now - from.at < SPAN) return false;
    this.#from = { at: now, used };
    return from !== undefined && used > LEAST && (used - from.used) / (now - from.at) < IDLE;
  }
}
