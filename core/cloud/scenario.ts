/** What a person asks the planner: a scenario, as it is saved, shared and given on the command line. */
import * as z from 'zod';
import { parseDecimal } from './rational.ts';
import { checked, parsedJson } from './refuse.ts';

/** Zod's own message for NaN and infinity is clear enough; bounds keep a slip of the unit from becoming a plan. */
const share = z.number().min(0).max(1);
const positive = z.number().positive().max(1e9);
const amount = z.number().min(0).max(1e9);
const wholeCount = z.number().int().min(0).max(100_000);
const ratio = z.number().positive().max(1000).nullable();

const priceChoice = z.strictObject({
  model: z.enum(['on-demand', 'reserved', 'spot']).default('on-demand'),
  termYears: z.number().int().min(1).max(10).optional(),
  option: z.string().min(1).max(60).optional(),
});

/** A figure that is taken from a measurement or a paper, and can be edited; the source goes with it. */
const sourcedShare = z.strictObject({
  value: z.number().min(0).max(0.99),
  source: z.string().min(1).max(300),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2012-04-10'),
  confidence: z.enum(['read', 'derived', 'memory', 'measured', 'assumed', 'user']),
});

const XB = { date: '2012-04-10', confidence: 'derived' } as const;
/** Until the emulated stack has measured them, from the paper: time over time of plain paravirtual Xen. */
const DEFAULT_TAX = {
  cpu: { value: 0.0323, source: 'Xen-Blanket, EuroSys 2012, Figure 7: kernbench, one job, 84.0 s on Xen against 86.8 s', ...XB },
  disk: { value: 0.1175, source: 'Xen-Blanket, EuroSys 2012, section 5.1: dd, 76.6 MB/s on Xen against 67.6 MB/s', ...XB },
  network: {
    value: 0.0106,
    source: 'Xen-Blanket, EuroSys 2012, Figure 5: UDP receive, 1024 B, 941 Mb/s on Xen against 931 Mb/s',
    ...XB,
  },
};

const secondLayer = z.strictObject({
  /** Mean CPU use of the driver domain, in threads of the instance. */
  driverThreads: z.number().min(0).max(4096).default(0),
  driverMemoryMb: amount.default(512),
  hypervisorMemoryMb: amount.default(128),
  driverDiskGb: amount.default(0),
  tax: z
    .strictObject({
      cpu: sourcedShare.default(DEFAULT_TAX.cpu),
      disk: sourcedShare.default(DEFAULT_TAX.disk),
      network: sourcedShare.default(DEFAULT_TAX.network),
    })
    .prefault({}),
});

const load = z
  .strictObject({
    /** Of its virtual CPUs, over all time. */
    mean: share.default(1),
    /** Of its virtual CPUs, while it is busy. */
    burst: z.number().positive().max(1).default(1),
    /** Part of the time in which it is busy; mean / burst if left out. */
    duty: z.number().positive().max(1).optional(),
    /** Mean length of a busy spell, alone on the instance. */
    burstSeconds: z.number().min(0.1).max(86_400).default(60),
  })
  .transform((it) => ({ ...it, duty: it.duty ?? Math.min(1, it.mean / it.burst) }))
  .refine((it) => it.mean <= it.burst + 1e-12, 'mean must not be above burst')
  .refine((it) => it.duty * it.burst <= it.mean + 1e-9, 'duty x burst must not be above mean')
  .refine((it) => it.duty < 1 || Math.abs(it.mean - it.burst) < 1e-9, 'a machine that is always busy has mean equal to burst');

const guestClass = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$/i, 'letters, digits and dashes, at most 52')
    .default('guest'),
  count: wholeCount,
  vcpus: z.number().int().min(1).max(512).default(1),
  /** CPU it is promised, in the catalogue's unit; a thread's worth for each virtual CPU if null. */
  cpuUnits: positive.nullable().default(null),
  memoryMb: positive,
  diskGb: amount.default(0),
  weight: z.number().int().min(1).max(65_535).default(256),
  /** Percent of one thread it may use at most; 0 is no limit. */
  capPercent: z.number().int().min(0).max(51_200).default(0),
  load: load.prefault({}),
  /** Relative busyness for each hour of the day; flat if null. */
  hourly: z
    .array(z.number().min(0).max(1000))
    .length(24)
    .refine((it) => it.some((x) => x > 0), 'at least one hour must be above 0')
    .nullable()
    .default(null),
  /** Between two machines of this class, of being busy at the same time. */
  correlation: share.default(0),
  /** Part of its memory that it touches, idle and busy. */
  workingSet: z
    .strictObject({ idle: share.default(1), burst: share.default(1) })
    .prefault({})
    .refine((it) => it.burst >= it.idle, 'burst must not be below idle'),
  networkMbps: z
    .strictObject({ idle: amount.default(0), burst: amount.default(0) })
    .prefault({})
    .refine((it) => it.burst >= it.idle, 'burst must not be below idle'),
  /** Parts of its time alone that are spent waiting for disk and network. */
  waits: z
    .strictObject({ disk: share.default(0), network: share.default(0) })
    .prefault({})
    .refine((it) => it.disk + it.network <= 1, 'waits must not be above 1 together'),
  egressGbPerMonth: amount.default(0),
});

export const scenarioSchema = z
  .strictObject({
    format: z.literal('blanket-scenario/1').default('blanket-scenario/1'),
    name: z.string().min(1).max(80).default('Plan'),
    provider: z.string().min(1).max(60),
    type: z.string().min(1).max(80),
    price: priceChoice.prefault({}),
    /** How the result is shown: units of this currency for one of the catalogue's. */
    currency: z
      .strictObject({
        code: z.string().regex(/^[A-Z]{3}$/),
        perCatalogueUnit: z.string().refine((it) => (parseDecimal(it)?.n ?? 0n) > 0n, 'must be a decimal above 0'),
      })
      .nullable()
      .default(null),
    /** Hours a month in which the instances run; the catalogue's month if null. */
    hoursPerMonth: z.number().positive().max(744).nullable().default(null),
    instances: z.number().int().min(1).max(10_000).default(1),
    /** What an instance really has, where that is known better than by the list; null is the list's. */
    cpu: z
      .strictObject({
        threads: z.number().int().min(1).max(4096).nullable().default(null),
        cores: z.number().int().min(1).max(4096).nullable().default(null),
        /** What a core does with all its threads busy, as a multiple of what it does with one. */
        smtYield: z.number().min(1).max(8).nullable().default(null),
      })
      .prefault({}),
    /** Instances paid for and kept empty. */
    failureReserve: z.number().int().min(0).max(10_000).default(0),
    /** Part of every resource that stays free. */
    headroom: z.number().min(0).max(0.9).default(0),
    /** Promised over there, at most; null is no limit. */
    overcommit: z.strictObject({ cpu: ratio.default(null), memory: ratio.default(null), disk: ratio.default(null) }).prefault({}),
    secondLayer: secondLayer.prefault({}),
    guests: z.array(guestClass).min(1).max(64),
    spot: z
      .strictObject({
        /** Null: the catalogue's. */
        interruptionsPerMonth: z.number().min(0).max(1000).nullable().default(null),
        /** Work lost and time to be running again, for each interruption. */
        minutesLost: z.number().min(0).max(1440).default(10),
      })
      .prefault({}),
    baseline: z
      .strictObject({
        provider: z.string().min(1).max(60).optional(),
        type: z.string().min(1).max(80),
        price: priceChoice.prefault({}),
      })
      .nullable()
      .default(null),
    unitOfWork: z
      .strictObject({ name: z.string().min(1).max(60), ecuSeconds: positive })
      .nullable()
      .default(null),
    simulation: z.strictObject({ seed: z.number().int().min(0).max(0xffff_ffff).default(1) }).prefault({}),
  })
  .refine((it) => it.guests.some((guest) => guest.count > 0), 'guests: at least one machine is needed')
  .refine(
    (it) => new Set(it.guests.map((guest) => guest.name)).size === it.guests.length,
    'guests: two classes have the same name',
  );

/** As typed by a person: anything with a default may be missing. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
/** As reckoned with: nothing is missing. */
export type Scenario = z.output<typeof scenarioSchema>;
export type GuestClass = Scenario['guests'][number];

const WHAT = {
  code: 'scenario-invalid',
  noun: 'The scenario',
  remedy: 'Correct the named field; docs/planner.md, section Scenario, says what each takes.',
};

export const asScenario = (input: unknown): Scenario => checked(scenarioSchema, input, WHAT);
/** Reads a scenario file. */
export const parseScenario = (text: string): Scenario => asScenario(parsedJson(text, WHAT));
/** A scenario file: complete, so that a later change of a default does not change the plan. */
export const scenarioText = (scenario: Scenario): string => `${JSON.stringify(scenario, null, 2)}\n`;

/** Machines in all classes. */
export const totalCount = (scenario: Scenario): number => scenario.guests.reduce((sum, guest) => sum + guest.count, 0);
