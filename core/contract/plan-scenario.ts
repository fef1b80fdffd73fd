/**
 * A scenario as the window edits it and as it is saved: what may be left out is optional. The planner checks every value and
 * fills in what is missing; docs/planner.md, section Scenario, says what each means.
 */
import './jitless.ts';
import * as z from 'zod';

export type PlanConfidence = 'read' | 'derived' | 'memory' | 'measured' | 'assumed' | 'user';

export interface PlanPrice {
  model?: 'on-demand' | 'reserved' | 'spot' | undefined;
  termYears?: number | undefined;
  option?: string | undefined;
}

export interface PlanTax {
  value: number;
  source: string;
  date: string;
  confidence: PlanConfidence;
}

export interface PlanSecondLayer {
  driverThreads?: number | undefined;
  driverMemoryMb?: number | undefined;
  hypervisorMemoryMb?: number | undefined;
  driverDiskGb?: number | undefined;
  tax?: { cpu?: PlanTax | undefined; disk?: PlanTax | undefined; network?: PlanTax | undefined } | undefined;
}

export interface PlanGuest {
  name?: string | undefined;
  count: number;
  vcpus?: number | undefined;
  cpuUnits?: number | null | undefined;
  memoryMb: number;
  diskGb?: number | undefined;
  weight?: number | undefined;
  capPercent?: number | undefined;
  load?:
    | { mean?: number | undefined; burst?: number | undefined; duty?: number | undefined; burstSeconds?: number | undefined }
    | undefined;
  hourly?: number[] | null | undefined;
  correlation?: number | undefined;
  workingSet?: { idle?: number | undefined; burst?: number | undefined } | undefined;
  networkMbps?: { idle?: number | undefined; burst?: number | undefined } | undefined;
  waits?: { disk?: number | undefined; network?: number | undefined } | undefined;
  egressGbPerMonth?: number | undefined;
}

export interface PlanScenario {
  format?: 'blanket-scenario/1' | undefined;
  name?: string | undefined;
  provider: string;
  type: string;
  price?: PlanPrice | undefined;
  currency?: { code: string; perCatalogueUnit: string } | null | undefined;
  hoursPerMonth?: number | null | undefined;
  instances?: number | undefined;
  cpu?:
    | { threads?: number | null | undefined; cores?: number | null | undefined; smtYield?: number | null | undefined }
    | undefined;
  failureReserve?: number | undefined;
  headroom?: number | undefined;
  overcommit?:
    | { cpu?: number | null | undefined; memory?: number | null | undefined; disk?: number | null | undefined }
    | undefined;
  secondLayer?: PlanSecondLayer | undefined;
  guests: PlanGuest[];
  spot?: { interruptionsPerMonth?: number | null | undefined; minutesLost?: number | undefined } | undefined;
  baseline?: { provider?: string | undefined; type: string; price?: PlanPrice | undefined } | null | undefined;
  unitOfWork?: { name: string; ecuSeconds: number } | null | undefined;
  simulation?: { seed?: number | undefined } | undefined;
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

export const planScenario = z.custom<PlanScenario>(isRecord, 'a scenario is expected');
export const planGuests = z.array(z.custom<PlanGuest>(isRecord));
