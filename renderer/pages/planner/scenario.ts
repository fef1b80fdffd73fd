/** The form of a plan, and the scenario the planner reads; kept in the address, so that a plan is a link. */

export interface PlanForm {
  readonly name: string;
  readonly provider: string;
  readonly type: string;
  readonly model: 'on-demand' | 'reserved' | 'spot';
  readonly count: number;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskGb: number;
  /** Percent of its virtual CPUs, over all time. */
  readonly mean: number;
  /** Percent while busy. */
  readonly burst: number;
  readonly correlation: number;
  readonly headroom: number;
  readonly baseline: string;
  readonly seed: number;
}

/** The papers' case: a cluster instance cut into 40 small ones. */
export const PAPERS: PlanForm = {
  name: 'Forty small ones',
  provider: 'ec2-2012',
  type: 'cc1.4xlarge',
  model: 'on-demand',
  count: 40,
  vcpus: 1,
  memoryMb: 544,
  diskGb: 30,
  mean: 25,
  burst: 100,
  correlation: 0,
  headroom: 0,
  baseline: 'm1.small',
  seed: 1,
};

const NUMBERS = ['count', 'vcpus', 'memoryMb', 'diskGb', 'mean', 'burst', 'correlation', 'headroom', 'seed'] as const;

export function formFrom(query: ReadonlyMap<string, string>): PlanForm {
  const read: Record<string, string | number> = { ...PAPERS };
  for (const [key, value] of query) {
    if (!(key in PAPERS)) continue;
    if ((NUMBERS as readonly string[]).includes(key)) {
      if (Number.isFinite(Number(value))) read[key] = Number(value);
    } else read[key] = value;
  }
  return read as unknown as PlanForm;
}

export function placeOf(form: PlanForm): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(form)) if (value !== PAPERS[key as keyof PlanForm]) query.set(key, String(value));
  const text = query.toString();
  return text === '' ? '/planner' : `/planner?${text}`;
}

/** As the planner takes it. */
export function scenarioOf(form: PlanForm): Record<string, never> {
  const mean = Math.min(form.mean, form.burst) / 100;
  const scenario = {
    name: form.name,
    provider: form.provider,
    type: form.type,
    price: { model: form.model },
    headroom: form.headroom / 100,
    guests: [
      {
        name: 'machine',
        count: form.count,
        vcpus: form.vcpus,
        memoryMb: form.memoryMb,
        diskGb: form.diskGb,
        load: { mean, burst: Math.max(mean, form.burst / 100) },
        correlation: form.correlation / 100,
      },
    ],
    baseline: form.baseline === '' ? null : { type: form.baseline },
    simulation: { seed: form.seed },
  };
  return scenario as unknown as Record<string, never>;
}

/** Counts worth drawing up to about twice what is planned. */
export function countsFor(form: PlanForm): number[] {
  const most = Math.max(12, Math.round(form.count * 1.6));
  const step = Math.max(1, Math.ceil(most / 48));
  const counts = Array.from({ length: Math.ceil(most / step) }, (_, index) => 1 + index * step);
  return [...new Set([...counts, form.count])].sort((a, b) => a - b);
}
