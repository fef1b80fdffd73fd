/** Plans as the window sees them: plain data that the planner process reckons. Shapes are the planner's; here is what is shown. */
import * as z from 'zod';

export interface PlanSource {
  readonly title: string;
  readonly date: string;
  readonly confidence: string;
  readonly where?: string | undefined;
}

export interface PlanFigure {
  readonly id: string;
  readonly title: string;
  readonly value: number | null;
  readonly unit: string;
  readonly formula: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly value: number | string;
    readonly unit: string;
    readonly source?: PlanSource | undefined;
  }[];
  readonly note?: string | undefined;
}

export interface PlanResource {
  readonly name: string;
  readonly unit: string;
  readonly capacity: number | null;
  readonly own: number;
  readonly usable: number | null;
  readonly promised: number;
  readonly ratio: number | null;
  readonly limit: number | null;
  readonly fits: boolean;
  readonly roomFor: number | null;
}

export interface PlanPressure {
  readonly meanRatio: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly overload: number;
}

export interface PlanView {
  readonly provider: {
    readonly id: string;
    readonly name: string;
    readonly flavour: string;
    readonly region: string;
    readonly priceDate: string;
  };
  readonly type: string;
  readonly count: number;
  readonly currency: string;
  readonly pricePerHour: number;
  readonly pricePerVmHour: number;
  readonly pricePerVmMonth: number;
  readonly ratioToBaseline: number | null;
  readonly saving: number | null;
  readonly breakEvenCount: number | null;
  readonly bindingResource: string;
  readonly resources: readonly PlanResource[];
  readonly contention: {
    readonly cpu: PlanPressure;
    readonly memory: PlanPressure;
    readonly memoryOverload: { readonly probability: number; readonly permanent: boolean };
    readonly slowdown: number;
    readonly ready: number;
  };
  readonly parts: readonly { readonly id: string; readonly perHour: number; readonly share: number }[];
  readonly figures: Readonly<Record<string, PlanFigure>>;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface PlanPictures {
  readonly curve: readonly {
    readonly count: number;
    readonly pricePerVmHour: number;
    readonly baselinePerVmHour: number | null;
    readonly slowdown: number;
    readonly cpuP95: number;
    readonly memoryOverload: number;
    readonly bindingResource: string;
  }[];
  readonly heat: readonly {
    readonly ratio: number;
    readonly count: number;
    readonly cpuP95: number;
    readonly slowdown: number;
  }[];
  readonly hours: readonly { readonly guest: string; readonly hour: number; readonly threads: number; readonly share: number }[];
  /** What moves the price of a machine, and what its slowdown; the widest first. */
  readonly bars: { readonly price: readonly PlanBar[]; readonly slowdown: readonly PlanBar[] };
}

/** One input a fifth lower and higher. */
export interface PlanBar {
  readonly path: string;
  readonly title: string;
  readonly low: { readonly value: number; readonly outcome: number | null };
  readonly high: { readonly value: number; readonly outcome: number | null };
  readonly swing: number;
}

export interface PlanCandidate {
  readonly type: string;
  readonly count: number;
  readonly pricePerVmHour: number;
  readonly slowdown: number;
  readonly fits: boolean;
  readonly onFront: boolean;
}

export interface PlanSimulated {
  readonly seed: number;
  /** Virtual seconds simulated so far. */
  readonly seconds: number;
  /** Past its beginning; before that the slowdowns say nothing. */
  readonly ready: boolean;
  readonly cpu: PlanPressure;
  readonly classes: readonly {
    readonly name: string;
    readonly bursts: number;
    readonly mean: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly curve: readonly { readonly slowdown: number; readonly share: number }[];
  }[];
}

export interface PlanSweepRow {
  /** Values of the axes, in their order. */
  readonly at: readonly (number | string | boolean | null)[];
  readonly pricePerVmHour: number | null;
  readonly ratioToBaseline: number | null;
  readonly bindingResource: string | null;
  readonly bindingRatio: number | null;
  readonly cpuP95: number | null;
  readonly cpuOverload: number | null;
  readonly memoryOverload: number | null;
  readonly slowdown: number | null;
  /** Why there is no answer. */
  readonly refusal: string | null;
}

/** Measured beside predicted, at one count of machines on one instance. */
export interface PlanCheckRow {
  readonly count: number;
  readonly predicted: number;
  readonly measured: number;
  /** (measured - predicted) / predicted. */
  readonly error: number;
  readonly within: boolean;
  /** Slowdown of the machine that got most, and of the one that got least. */
  readonly least: number;
  readonly most: number;
}

const record = <T>(): z.ZodType<T, T> => z.custom<T>((value) => typeof value === 'object' && value !== null);
export const planView = record<PlanView>();
export const planPictures = record<PlanPictures>();
export const planCandidates = record<{
  readonly done: number;
  readonly total: number;
  readonly candidates: readonly PlanCandidate[];
}>();
export const planSimulated = record<PlanSimulated>();
export const planSwept = record<{ readonly done: number; readonly total: number; readonly rows: readonly PlanSweepRow[] }>();
export const planCheck = record<{
  /** The task that measures; null: nothing was begun for this scenario. */
  readonly task: string | null;
  readonly rows: readonly PlanCheckRow[];
}>();
