/** What every importer hands back and how it gathers it: types as they become known, rows that could not be used, progress. */
import { Refusal } from '../../base/refusal.ts';
import { asCatalogue, type Catalogue, type InstanceType, instanceTypeSchema, type Price } from '../catalogue.ts';
import type { Source } from '../figure.ts';
import type { Chunks } from './csv.ts';

export interface Rejected {
  readonly line: number;
  readonly reason: string;
}

export interface Progress {
  readonly charactersRead: number;
  /** Rows or entries looked at. */
  readonly entries: number;
  readonly types: number;
  readonly rejected: number;
}

export interface Intake {
  readonly catalogue: Catalogue;
  /** The first thousand; `rejectedCount` counts all. */
  readonly rejected: readonly Rejected[];
  readonly rejectedCount: number;
  /** Entries that are right but of another kind: other regions, operating systems, services. */
  readonly passedOver: number;
}

/** What a file does not say about itself, and the person who imports it does. */
export interface About {
  readonly id: string;
  readonly name: string;
  readonly flavour: 'xen' | 'kvm';
  readonly region: string;
  /** ISO date, used where the file has none. */
  readonly date: string;
}

const REJECTED_KEPT = 1000;
const MOST_TYPES = 100_000;
/** The two keys every imported list has: the file itself, and what had to be assumed because it is silent. */
const SOURCE = 'imported';
const ASSUMED = 'assumed';

type Draft = Omit<InstanceType, 'prices' | 'source'> & { prices: Price[] };

export class Gatherer {
  readonly rejected: Rejected[] = [];
  rejectedCount = 0;
  passedOver = 0;
  entries = 0;
  readonly #types = new Map<string, Draft>();

  get size(): number {
    return this.#types.size;
  }

  /** Hands the whole stream on; `onProgress` is called after each chunk and may throw to cancel. */
  async gather(
    chunks: Chunks,
    onProgress: ((progress: Progress) => void) | undefined,
    take: (chunk: string) => void,
  ): Promise<void> {
    let charactersRead = 0;
    for await (const chunk of chunks) {
      take(chunk);
      charactersRead += chunk.length;
      onProgress?.({ charactersRead, entries: this.entries, types: this.size, rejected: this.rejectedCount });
    }
  }

  reject(line: number, reason: string): void {
    this.rejectedCount += 1;
    if (this.rejected.length < REJECTED_KEPT) this.rejected.push({ line, reason });
  }

  /** Adds a type or checks that it is the same as before; false if it was rejected. */
  type(line: number, draft: Omit<Draft, 'prices'>): boolean {
    if (this.#types.has(draft.id)) return true;
    const probe = { ...draft, source: SOURCE, prices: [{ model: 'on-demand', perHour: '0', source: SOURCE }] };
    const result = instanceTypeSchema.safeParse(probe);
    if (!result.success) {
      const issue = result.error.issues[0];
      this.reject(line, `${draft.id || 'entry'}: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim());
      return false;
    }
    if (this.#types.size >= MOST_TYPES)
      throw new Refusal('prices-too-many', `The list has more than ${MOST_TYPES} types.`, 'Import one region at a time.');
    this.#types.set(draft.id, { ...draft, prices: [] });
    return true;
  }

  /** Adds a price to a type that is known; a second price of the same kind is rejected, not averaged. */
  price(line: number, id: string, price: Price): void {
    const type = this.#types.get(id);
    if (type === undefined) {
      this.reject(line, `${id}: a price for a type that was not accepted`);
      return;
    }
    const probe = instanceTypeSchema.shape.prices.safeParse([price]);
    if (!probe.success) {
      this.reject(line, `${id}: ${probe.error.issues[0]?.path.slice(1).map(String).join('.')} ${probe.error.issues[0]?.message}`);
      return;
    }
    if (type.prices.some((it) => sameKind(it, price))) {
      this.reject(line, `${id}: a second ${price.model} price of the same kind`);
      return;
    }
    type.prices.push(price);
  }

  /** The catalogue; types without any price are left out and listed. */
  finish(about: About, source: Source, unit: { unit: string; ecuPerUnit: number }, currency: string): Intake {
    const types: InstanceType[] = [];
    for (const draft of this.#types.values()) {
      if (draft.prices.length === 0) this.reject(0, `${draft.id}: no usable price in the file`);
      else types.push({ ...draft, source: SOURCE });
    }
    if (types.length === 0) {
      const first = this.rejected[0];
      throw new Refusal(
        'prices-empty',
        `The file has no usable instance type${first ? ` (first reason, line ${first.line}: ${first.reason})` : ''}.`,
        'Check the region and the format against docs/planner.md, section Imports.',
      );
    }
    const assumed: Source = {
      title: 'Assumed, because the imported file does not say',
      date: source.date,
      confidence: 'assumed',
    };
    const catalogue = asCatalogue({
      format: 'blanket-catalogue/1',
      ...about,
      date: source.date,
      currency,
      billing: { perSeconds: 1, minimumSeconds: 60, hoursPerMonth: 730, source: ASSUMED },
      cpu: { ...unit, smtYield: 1.3, source: ASSUMED },
      storage: { perGbMonth: '0', source: ASSUMED },
      egress: { perGb: '0', source: ASSUMED },
      sources: { [SOURCE]: source, [ASSUMED]: assumed },
      types,
    });
    return { catalogue, rejected: this.rejected, rejectedCount: this.rejectedCount, passedOver: this.passedOver };
  }
}

const sameKind = (a: Price, b: Price): boolean =>
  a.model === b.model &&
  (a.model !== 'reserved' || b.model !== 'reserved' || (a.termYears === b.termYears && a.option === b.option));

/** The source key of a price that came from the imported file. */
export const fromFile = { source: SOURCE } as const;
/** Half a physical core each, unless the provider says otherwise: a rented vCPU is a hardware thread. */
export const coresOf = (threads: number): number => Math.max(1, Math.floor(threads / 2));
