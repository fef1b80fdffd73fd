/** What it costs now and so far: the provider's bill, shared among the machines that hold the instance. */
import { apportionCharge, type Capacity, type Span } from '../../../core/cloud/apportion.ts';
import { type Charge, chargeOf, fromNano } from '../../../core/cloud/billing.ts';
import type { Catalogue } from '../../../core/cloud/catalogue.ts';
import { toNumber } from '../../../core/cloud/rational.ts';
import { statementCsv, statementOf } from '../../../core/cloud/statement.ts';
import type { Instance } from '../../../core/contract/fleet.ts';
import type { Spend, SpendRow } from '../../../core/contract/spend.ts';
import type { Drawn, HeldSpan, Register } from './register.ts';

const HOUR = 3_600_000;
const COURSE_KEPT = 1440;
/** A capacity of nothing could not be shared. */
const LEAST_ECU = 0.01;
/** Milliseconds after which an account of what a machine draws says nothing of the present. */
const STALE = 60_000;
/** Of an instance that nobody shares. */
const WHOLE: Capacity = { cpuUnits: 1, memoryMb: 1 };

interface Shared {
  readonly capacity: Capacity;
  /** Since the start. */
  readonly spans: readonly Span[];
  /** At this moment. */
  readonly present: readonly Span[];
}

export class Spending {
  private readonly course: Spend['course'] = [];

  constructor(
    private readonly register: Register,
    private readonly lists: { readonly byId: ReadonlyMap<string, Catalogue> },
  ) {}

  /** To be called once a minute, and whenever the rate changes. */
  note(now: number): void {
    const { perHour, sinceStart } = this.totals(now);
    this.course.push({ at: now, perHour, total: sinceStart });
    if (this.course.length > COURSE_KEPT) this.course.shift();
  }

  totals(now: number): { perHour: number; sinceStart: number } {
    let perHour = 0;
    let sinceStart = 0;
    for (const instance of this.register.instances) {
      if (billed(instance)) perHour += instance.pricePerHour;
      sinceStart += this.billOf(instance, now);
    }
    return { perHour, sinceStart };
  }

  /** Of all sums. */
  get currency(): string {
    return this.register.instances[0]?.currency ?? 'USD';
  }

  read(now: number): Spend {
    const rows = this.register.instances.flatMap((instance) => this.rowsOf(instance, now));
    const month = new Date(now);
    const monthStart = new Date(month.getFullYear(), month.getMonth(), 1).getTime();
    const thisMonth = this.register.instances.reduce(
      (sum, instance) => sum + this.billOf(instance, now) - this.billOf(instance, monthStart),
      0,
    );
    return {
      currency: this.currency,
      ...this.totals(now),
      thisMonth,
      rows,
      course: [...this.course, { at: now, ...asPoint(this.totals(now)) }],
      budget: this.register.budget,
      apportioning: this.register.apportioning,
    };
  }

  private charge(instance: Instance, until: number): Charge | undefined {
    const list = this.lists.byId.get(instance.provider);
    const end = Math.min(instance.endedAt ?? until, until);
    if (list === undefined || end <= instance.rentedAt) return undefined;
    return chargeOf(list, {
      instance: instance.id,
      type: instance.type,
      choice: { model: 'on-demand' },
      startMs: Math.round(instance.rentedAt),
      endMs: Math.round(end),
    });
  }

  private billOf(instance: Instance, until: number): number {
    const charge = this.charge(instance, until);
    return charge === undefined ? 0 : toNumber(fromNano(charge.usage));
  }

  /** The bill of all instances as CSV. */
  statement(now: number): string {
    const rows = this.register.instances.flatMap((instance) => {
      const charge = this.charge(instance, now);
      if (charge === undefined) return [];
      const names = new Map([[instance.id, instance.name], ...this.held(instance).map((it) => [it.machine, it.name] as const)]);
      const { capacity, spans } = this.shared(instance, charge, now) ?? { capacity: WHOLE, spans: [] };
      return statementOf({ currency: instance.currency, charge, names, capacity, spans }, this.register.apportioning.shareIdle);
    });
    return statementCsv(rows);
  }

  private held(instance: Instance): readonly HeldSpan[] {
    return this.register.spans.filter((span) => span.instance === instance.id);
  }

  /** What there is to share, and who held or drew how much of it, the second layer first; undefined: there was nobody yet. */
  private shared(instance: Instance, charge: Charge, now: number): Shared | undefined {
    const { capacity } = instance;
    const held = this.held(instance);
    if (capacity === null || held.length === 0) return undefined;
    const own: Span = {
      machine: 'own',
      part: 'own',
      fromMs: charge.lease.startMs,
      toMs: charge.lease.endMs,
      cpuUnits: capacity.ownCpuEcu,
      memoryMb: capacity.ownMemoryMib,
    };
    const whole = {
      cpuUnits: Math.max(LEAST_ECU, capacity.cpuEcu + capacity.ownCpuEcu),
      memoryMb: capacity.memoryMib + capacity.ownMemoryMib,
    };
    const { spans, present } =
      this.register.apportioning.by === 'use' ? this.used(instance, held, whole.cpuUnits, now) : reserved(held, now);
    return { capacity: whole, spans: [own, ...spans], present: [own, ...present] };
  }

  private used(instance: Instance, held: readonly HeldSpan[], cpuUnits: number, now: number): Omit<Shared, 'capacity'> {
    const drawn = this.register.drawn.filter((it) => it.instance === instance.id);
    const span = ({ machine, from, cpu, memoryMib }: Omit<Drawn, 'instance' | 'latest'>, to: number): Span => ({
      machine,
      fromMs: Math.round(from),
      toMs: Math.round(to),
      cpuUnits: (cpuUnits * cpu) / 100,
      memoryMb: memoryMib,
    });
    const holding = new Set(held.filter((it) => it.to === null).map((it) => it.machine));
    const atWork = drawn.filter((it) => holding.has(it.machine) && now - it.to < STALE);
    return { spans: drawn.map((it) => span(it, it.to)), present: atWork.map((it) => span({ ...it, ...it.latest }, now)) };
  }

  private rowsOf(instance: Instance, now: number): SpendRow[] {
    const charge = this.charge(instance, now);
    if (charge === undefined) return [];
    const hours = (charge.lease.endMs - charge.lease.startMs) / HOUR;
    const held = this.held(instance);
    const live = billed(instance) ? instance.pricePerHour : 0;
    const names = new Map(held.map((span) => [span.machine, span.name]));
    const shared = this.shared(instance, charge, now);
    if (shared === undefined) {
      return [
        {
          instance: instance.id,
          machine: null,
          name: instance.name,
          part: 'idle',
          perHour: live,
          sinceStart: toNumber(fromNano(charge.usage)),
          hours,
        },
      ];
    }
    const { shareIdle } = this.register.apportioning;
    const soFar = apportionCharge(charge, shared.spans, shared.capacity, shareIdle);
    const rates = this.rates(instance, now, shared);
    return soFar.map((row): SpendRow => {
      const machine = row.part === 'machine' ? row.machine : null;
      const key = machine ?? row.part;
      return {
        instance: instance.id,
        machine,
        name: machine === null ? instance.name : (names.get(machine) ?? machine),
        part: row.part,
        perHour: live * (rates.get(key) ?? 0),
        sinceStart: toNumber(fromNano(row.amount)),
        hours:
          machine === null
            ? hours
            : held
                .filter((span) => span.machine === machine)
                .reduce((sum, span) => sum + ((span.to ?? now) - span.from) / HOUR, 0),
      };
    });
  }

  /** The share each has at this moment: the same rule over the last moment only. */
  private rates(instance: Instance, now: number, { capacity, present }: Shared): Map<string, number> {
    const moment = Math.round(now);
    const list = this.lists.byId.get(instance.provider);
    if (list === undefined) return new Map();
    const lease = {
      instance: instance.id,
      type: instance.type,
      choice: { model: 'on-demand' as const },
      startMs: moment - 1,
      endMs: moment,
    };
    const active = present.filter((span) => span.part === 'own' || span.toMs >= moment);
    const rows = apportionCharge(chargeOf(list, lease), active, capacity, this.register.apportioning.shareIdle);
    return new Map(rows.map((row) => [row.part === 'machine' ? (row.machine ?? '') : row.part, toNumber(row.share)]));
  }
}

function reserved(held: readonly HeldSpan[], now: number): Omit<Shared, 'capacity'> {
  const spans = held.map((span) => ({
    machine: span.machine,
    fromMs: Math.round(span.from),
    toMs: Math.round(span.to ?? now),
    cpuUnits: span.ecu,
    memoryMb: span.memoryMib,
  }));
  return { spans, present: spans };
}

const billed = (instance: Instance): boolean => !['ended', 'failed'].includes(instance.state);
const asPoint = (totals: { perHour: number; sinceStart: number }): { perHour: number; total: number } => ({
  perHour: totals.perHour,
  total: totals.sinceStart,
});
