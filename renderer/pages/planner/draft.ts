/** The plan on the page: a scenario, kept in the address so that a plan is a link, and changed piece by piece. */
import type { PlanGuest, PlanPrice, PlanScenario, PlanSecondLayer } from '../../../core/contract/plan-scenario.ts';

/** The papers' case: a cluster instance cut into 40 small ones. */
export const PAPERS: PlanScenario = {
  name: 'Forty small ones',
  provider: 'ec2-2012',
  type: 'cc1.4xlarge',
  guests: [{ name: 'machine', count: 40, vcpus: 1, memoryMb: 544, diskGb: 30, load: { mean: 0.25, burst: 1 } }],
  baseline: { type: 'm1.small' },
  simulation: { seed: 1 },
};

export const looksLikePlan = (value: unknown): value is PlanScenario =>
  typeof value === 'object' &&
  value !== null &&
  'provider' in value &&
  'guests' in value &&
  Array.isArray(value.guests) &&
  value.guests.every((it) => typeof it === 'object' && it !== null && 'count' in it) &&
  value.guests.length > 0;

/** What is wrong with a plan is said by the planner; what is none is replaced by the papers' case. */
export function draftFrom(query: ReadonlyMap<string, string>): PlanScenario {
  const text = query.get('plan');
  if (text === undefined) return PAPERS;
  try {
    const value: unknown = JSON.parse(text);
    return looksLikePlan(value) ? value : PAPERS;
  } catch {
    return PAPERS;
  }
}

export function placeOf(draft: PlanScenario): string {
  return `/planner?${new URLSearchParams({ plan: JSON.stringify(draft) }).toString()}`;
}

/** Shows another plan without a new step in the history: sliders would fill it. */
export function show(draft: PlanScenario): void {
  window.history.replaceState(null, '', `#${placeOf(draft)}`);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export const countOf = (draft: PlanScenario): number => draft.guests.reduce((sum, guest) => sum + guest.count, 0);
export const vcpusOf = (draft: PlanScenario): number => draft.guests.reduce((sum, it) => sum + it.count * (it.vcpus ?? 1), 0);

export const withGuest = (draft: PlanScenario, index: number, change: Partial<PlanGuest>): PlanScenario => ({
  ...draft,
  guests: draft.guests.map((guest, at) => (at === index ? { ...guest, ...change } : guest)),
});

export const withPrice = (draft: PlanScenario, change: PlanPrice): PlanScenario => ({
  ...draft,
  price: { ...draft.price, ...change },
});

export const withLayer = (draft: PlanScenario, change: PlanSecondLayer): PlanScenario => ({
  ...draft,
  secondLayer: { ...draft.secondLayer, ...change },
});

/** A name that no class of the plan has. */
export function freeName(draft: PlanScenario): string {
  for (let number = draft.guests.length + 1; ; number += 1) {
    const name = `class-${number}`;
    if (!draft.guests.some((it) => it.name === name)) return name;
  }
}

/** Counts worth drawing up to about twice what is planned. */
export function countsFor(draft: PlanScenario): number[] {
  const planned = countOf(draft);
  const most = Math.max(12, Math.round(planned * 1.6));
  const step = Math.max(1, Math.ceil(most / 48));
  const counts = Array.from({ length: Math.ceil(most / step) }, (_, index) => 1 + index * step);
  return [...new Set([...counts, planned])].sort((a, b) => a - b);
}
