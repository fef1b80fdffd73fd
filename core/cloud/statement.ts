/** A bill as rows and as CSV; the rows of an instance add up to its charge to the last billionth. */
import { apportionCharge, type Capacity, type ShareRow, type Span } from './apportion.ts';
import { type Charge, chargeOf, hoursText, type Lease, type Nano, nanoText } from './billing.ts';
import { type Catalogue, typeOf } from './catalogue.ts';
import { csvLine } from './import/csv.ts';
import { toDecimal } from './rational.ts';

export interface StatementRow {
  readonly kind: 'instance' | 'upfront' | ShareRow['part'];
  readonly instance: string;
  readonly machine: string | null;
  readonly type: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Started periods; only on rows of an instance. */
  readonly periods: bigint | null;
  /** Of the instance's charge, in percent with six digits; only on apportioned rows. */
  readonly sharePercent: string | null;
  readonly amount: Nano;
}

export interface Statement {
  readonly currency: string;
  readonly rows: readonly StatementRow[];
  /** Charges and upfront payments of all instances; apportioned rows say who answers for them and are not added again. */
  readonly total: Nano;
}

export interface StatementOptions {
  readonly by: 'reservation' | 'use';
  readonly shareIdle: boolean;
}

/** What each machine reserved and used, by instance. */
export type Usage = Readonly<Record<string, { readonly reservation: readonly Span[]; readonly use: readonly Span[] }>>;

const capacityOf = (catalogue: Catalogue, type: string): Capacity => {
  const found = typeOf(catalogue, type);
  return { cpuUnits: found.cpu.units, memoryMb: found.memoryGb * 1024 };
};

function rowsOf(catalogue: Catalogue, charge: Charge, spans: readonly Span[], shareIdle: boolean): StatementRow[] {
  const { instance, type, startMs, endMs } = charge.lease;
  const common = { instance, type, fromMs: startMs, toMs: endMs };
  const rows: StatementRow[] = [
    { ...common, kind: 'instance', machine: null, periods: charge.periods, sharePercent: null, amount: charge.usage },
  ];
  if (charge.upfront > 0n)
    rows.push({ ...common, kind: 'upfront', machine: null, periods: null, sharePercent: null, amount: charge.upfront });
  for (const it of apportionCharge(charge, spans, capacityOf(catalogue, type), shareIdle)) {
    const percent = toDecimal({ n: it.share.n * 100n, d: it.share.d }, 6);
    rows.push({ ...common, kind: it.part, machine: it.machine, periods: null, sharePercent: percent, amount: it.amount });
  }
  return rows;
}

/** The statement over all leases. */
export function statementOf(catalogue: Catalogue, leases: readonly Lease[], usage: Usage, options: StatementOptions): Statement {
  const charges = leases.map((lease) => chargeOf(catalogue, lease));
  const rows = charges.flatMap((charge) =>
    rowsOf(catalogue, charge, usage[charge.lease.instance]?.[options.by] ?? [], options.shareIdle),
  );
  const total = charges.reduce((all, charge) => all + charge.usage + charge.upfront, 0n);
  return { currency: catalogue.currency, rows, total };
}

const HEADER = [
  'kind',
  'instance',
  'machine',
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
export function statementCsv(statement: Statement): string {
  const lines = statement.rows.map((row) =>
    csvLine([
      row.kind,
      row.instance,
      row.machine ?? '',
      row.type,
      secondsText(row.fromMs),
      secondsText(row.toMs),
      hoursText(row.fromMs, row.toMs),
      row.periods === null ? '' : row.periods.toString(),
      row.sharePercent ?? '',
      nanoText(row.amount),
      statement.currency,
    ]),
  );
  return `${[csvLine(HEADER), ...lines].join('\r\n')}\r\n`;
}
