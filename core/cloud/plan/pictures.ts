/** All pictures of a plan that follow from its closed form, reckoned piece by piece: whoever calls decides when to go on. */
import type { Scenario } from '../scenario.ts';
import { type CurvePoint, curve, guestByHour, type HeatCell, type HourCell, heatMap } from './charts.ts';
import type { Planner } from './plan.ts';
import { type Bar, bars, widestFirst } from './sensitivity.ts';

export interface Pictures {
  readonly curve: readonly CurvePoint[];
  readonly heat: readonly HeatCell[];
  readonly hours: readonly HourCell[];
  /** What moves the price of a machine, and what its slowdown; the widest first. */
  readonly bars: { readonly price: readonly Bar[]; readonly slowdown: readonly Bar[] };
}

const RATIOS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 10] as const;
const HEAT_COUNTS = [1, 2, 4, 8, 16, 24, 32, 48, 64] as const;

/** @param counts machines in all, for the curves */
export function* pictures(planner: Planner, scenario: Scenario, counts: readonly number[]): Generator<void, Pictures> {
  return {
    hours: guestByHour(planner, scenario),
    curve: yield* gathered(curve(planner, scenario, counts)),
    bars: {
      price: widestFirst(yield* gathered(bars(planner, scenario, 'pricePerVmHour'))),
      slowdown: widestFirst(yield* gathered(bars(planner, scenario, 'slowdown'))),
    },
    heat: yield* gathered(heatMap(planner, scenario, RATIOS, HEAT_COUNTS)),
  };
}

function* gathered<T>(rows: Iterable<T>): Generator<void, T[]> {
  const all: T[] = [];
  for (const row of rows) {
    all.push(row);
    yield;
  }
  return all;
}
