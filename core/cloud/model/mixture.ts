/** Distributions of the hours of a day put together: percentiles and the chance to exceed a limit. */
import { above, type Distribution, each } from './distribution.ts';

/** Weights add up to one. */
export interface Weighted {
  readonly weight: number;
  readonly distribution: Distribution;
}

export const aboveOf = (parts: readonly Weighted[], limit: number): number =>
  parts.reduce((sum, it) => sum + it.weight * above(it.distribution, limit), 0);

/** The smallest values that are not exceeded with the given probabilities. */
export function quantilesOf(parts: readonly Weighted[], probabilities: readonly number[]): number[] {
  const points: [number, number][] = [];
  for (const { weight, distribution } of parts)
    each(distribution, (value, probability) => points.push([value, weight * probability]));
  points.sort((a, b) => a[0] - b[0]);
  return probabilities.map((wanted) => {
    let sum = 0;
    for (const [value, probability] of points) {
      sum += probability;
      if (sum >= wanted - 1e-12) return value;
    }
    return points.at(-1)?.[0] ?? 0;
  });
}
