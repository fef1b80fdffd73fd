/**
 * What nesting costs, by who pays: exits of the first layer charged to the domain that had the CPU, hypercalls and traps of
 * the second; as totals and as rates since the unit was last asked about.
 */
import type { ExitRow } from '../../contract/gauges.ts';
import { COSTS } from '../../observe/costs.table.ts';
import { Ledger } from '../../observe/ledger.ts';
import type { DomainControl } from '../../seams/hypervisor.ts';

type Total = Pick<ExitRow, 'layer' | 'reason' | 'total' | 'cyclesEach'>;

export class Exits {
  readonly #byDomain = new Map<number, Ledger>();
  readonly #last = new Map<string, { at: number; totals: ReadonlyMap<string, number> }>();

  /** @param frequency cycles of a CPU per second */
  constructor(private readonly frequency: number) {}

  /** An exit while `domain` had the CPU; undefined: while no domain had it. */
  count(domain: number | undefined, reason: string, cycles: number): void {
    if (domain === undefined) return;
    let ledger = this.#byDomain.get(domain);
    if (ledger === undefined) {
      ledger = new Ledger();
      this.#byDomain.set(domain, ledger);
    }
    ledger.count(reason, cycles);
  }

  /** Exits of a domain so far. */
  of(domain: number): number {
    return this.#byDomain.get(domain)?.total.count ?? 0;
  }

  /** The domain is gone; its number may be given out again. */
  forget(domain: number): void {
    this.#byDomain.delete(domain);
  }

  /** @param seconds virtual time */
  domain(unit: string, seconds: number, control: DomainControl): ExitRow[] {
    const { traps } = control.statistics;
    return this.#rates(unit, seconds, [
      ...exitsIn(this.#byDomain.get(control.id) ?? new Ledger()),
      ...callsIn(control.calls()),
      { layer: 'second', reason: 'trap', total: traps, cyclesEach: COSTS.systemCallBounce.cycles },
    ]);
  }

  instance(unit: string, seconds: number, ledger: Ledger, calls: readonly { name: string; count: number }[]): ExitRow[] {
    return this.#rates(unit, seconds, [...exitsIn(ledger), ...callsIn(calls)]);
  }

  #rates(unit: string, seconds: number, rows: readonly Total[]): ExitRow[] {
    const last = this.#last.get(unit);
    const keyOf = (row: Total): string => `${row.layer} ${row.reason}`;
    this.#last.set(unit, { at: seconds, totals: new Map(rows.map((row) => [keyOf(row), row.total])) });
    const span = last === undefined ? 0 : seconds - last.at;
    return rows.map((row) => {
      const before = last?.totals.get(keyOf(row)) ?? (last === undefined ? row.total : 0);
      // A total that went back belongs to a new domain.
      const perSecond = span > 0 && row.total >= before ? (row.total - before) / span : 0;
      return { ...row, perSecond, cpu: (100 * perSecond * row.cyclesEach) / this.frequency };
    });
  }
}

const exitsIn = (ledger: Ledger): Total[] =>
  Object.entries(ledger.entries()).map(([reason, { count, cycles }]) => ({
    layer: 'first',
    reason,
    total: count,
    cyclesEach: count === 0 ? 0 : cycles / count,
  }));

const callsIn = (calls: readonly { readonly name: string; readonly count: number }[]): Total[] =>
  calls.map(({ name, count }) => ({ layer: 'second', reason: name, total: count, cyclesEach: COSTS.hypercall.cycles }));
