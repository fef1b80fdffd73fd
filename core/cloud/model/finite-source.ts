/**
 * The exact answer for machines of one kind: a closed queue with processor sharing. Each machine thinks, then has work;
 * working machines share the CPUs equally. Its stationary distribution depends on the means alone (insensitivity of
 * processor sharing: Kelly, Reversibility and Stochastic Networks, 1979, section 3.3), so it is no approximation for any
 * distribution of bursts.
 */

export interface FiniteSource {
  readonly machines: number;
  /** Mean seconds between the end of one burst and the start of the next; 0 for machines that always work. */
  readonly thinkSeconds: number;
  /** Mean seconds of a burst alone on the instance. */
  readonly burstSeconds: number;
  /** Speed of all `n` working machines together, in machines alone; 1 for n = 1, not falling. */
  readonly speed: (n: number) => number;
}

export interface Queue {
  /** Mean time of a burst over its time alone. */
  readonly slowdown: number;
  /** Bursts completed per second, all machines. */
  readonly throughput: number;
  readonly meanWorking: number;
}

/** Product form: p(n) is proportional to the product over k up to n of (N - k + 1) * burst / (think * speed(k)). */
export function solve({ machines, thinkSeconds, burstSeconds, speed }: FiniteSource): Queue {
  if (machines === 0) return { slowdown: 1, throughput: 0, meanWorking: 0 };
  if (thinkSeconds <= 0) {
    const throughput = speed(machines) / burstSeconds;
    return { slowdown: Math.max(1, machines / speed(machines)), throughput, meanWorking: machines };
  }
  let [term, total, working, work] = [1, 1, 0, 0];
  for (let n = 1; n <= machines; n += 1) {
    term *= ((machines - n + 1) * burstSeconds) / (thinkSeconds * speed(n));
    total += term;
    working += n * term;
    work += speed(n) * term;
    if (total > 1e200) [term, total, working, work] = [term / 1e200, total / 1e200, working / 1e200, work / 1e200];
  }
  const throughput = work / total / burstSeconds;
  return { slowdown: Math.max(1, working / work), throughput, meanWorking: working / total };
}
