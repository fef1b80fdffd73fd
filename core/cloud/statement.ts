/** A bill as rows and as CSV; the rows of an instance add up to its charge to the last billionth. */
import { apportionCharge, type Capacity, type ShareRow, type Span } from './apportion.ts';
import { type Charge, hoursText, type Nano, nanoText } from './billing.ts';
import { csvLine } from './import/csv.ts';
import { toDecimal } from './rational.ts';

/** One instance: what is charged for it, and who held how much of it when. */
export interface Bill {
  readonly currency: string;
  readonly charge: Charge;
  readonly capacity: Capacity;
  readonly spans: readonly Span[];
  /** What people call the instance and its machines, by id. */
  readonly names: ReadonlyMap<string, string>;
}

export interface StatementRow {
  readonly kind: 'instance' | 'upfront' | ShareRow['part'];
  readonly instance: string;
  readonly machine: string | null;
  readonly name: string;
  readonly type: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Started periods; only on rows of an instance. */
  readonly periods: bigint | null;
  /** Of the instance's charge, in percent with six digits; only on apportioned rows. */
  readonly sharePercent: string | null;
  /** Charges and upfront payments; apportioned rows say who answers for them and are not to be added again. */
  readonly amount: Nano;
  readonly currency: string;
}

/** @param shareIdle hand what nobody held out to the machines in proportion */
export function statementOf({ currency, charge, capacity, spans, names }: Bill, shareIdle = false): StatementRow[] {
  const { instance, type, startMs, endMs } = charge.lease;
  const whole = { instance, type, currency, fromMs: startMs, toMs: endMs, machine: null, name: names.get(instance) ?? instance };
  const shares = apportionCharge(charge, spans, capacity, shareIdle).map(({ part, machine, share, amount }): StatementRow => {
    const sharePercent = toDecimal({ n: share.n * 100n, d: share.d }, 6);
    const about = part === 'machine' ? { machine, name: names.get(machine ?? '') ?? machine ?? '' } : { name: part };
    return { ...whole, ...about, kind: part, periods: null, sharePercent, amount };
  });
  const upfront: StatementRow = { ...whole, kind: 'upfront', periods: null, sharePercent: null, amount: charge.upfront };
  return [
    { ...whole, kind: 'instance', periods: charge.periods, sharePercent: null, amount: charge.usage },
    ...(charge.upfront > 0n ? [upfront] : []),
    ...shares,
  ];
}

const HEADER = [
  'kind',
  'instance',
  'machine',
  'name',
  'type',
  'from_seconds',
  'to_seconds',
  'hours',
  'periods',
  'share_percent',
  'amount',
  'currency',
];
const secondsText = (ms: number): string => toDecimal({ n: BigInt(ms), d: 1000n }, 3);

/** RFC 4180, one header line, amounts with all nine digits. */
export function statementCsv(rows: readonly StatementRow[]): string {
  const lines = rows.map((row) =>
    csvLine([
      row.kind,
      row.instance,
      row.machine ?? '',
      row.name,
      row.type,
      secondsText(row.fromMs),
      secondsText(row.toMs),
      hoursText(row.fromMs, row.toMs),
      row.periods === null ? '' : row.periods.toString(),
      row.sharePercent ?? '',
      nanoText(row.amount),
      row.currency,
    ]),
  );
  return `${[csvLine(HEADER), ...lines].join('\r\n')}\r\n`;
}
