/** The price lists that come with the program and those a person imported, as the window sees them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ec2Old from '../../../assets/catalogues/ec2-2012.json' with { type: 'json' };
import ec2Xen from '../../../assets/catalogues/ec2-xen.json' with { type: 'json' };
import gceKvm from '../../../assets/catalogues/gce-kvm.json' with { type: 'json' };
import { asCatalogue, type Catalogue, parseCatalogue } from '../../../core/cloud/catalogue.ts';
import type { Provider } from '../../../core/contract/fleet.ts';
import { writeWhole } from '../../../core/host/files.ts';

const FOLDER = 'price-lists';

/** Lists by id, in the order in which they are shown; an imported one never hides one of the program's. */
export class PriceLists {
  readonly byId = new Map([ec2Old, ec2Xen, gceKvm].map(asCatalogue).map((list) => [list.id, list]));
  readonly #own: ReadonlySet<string> = new Set(this.byId.keys());
  readonly #folder: string;
  #readAt = -1;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, FOLDER);
    mkdirSync(this.#folder, { recursive: true });
    this.refresh();
  }

  get all(): Catalogue[] {
    return [...this.byId.values()];
  }

  /** Reads again what another process may have written. */
  refresh(): void {
    const at = statSync(this.#folder).mtimeMs;
    if (at === this.#readAt) return;
    this.#readAt = at;
    for (const id of this.byId.keys()) if (!this.#own.has(id)) this.byId.delete(id);
    for (const file of readdirSync(this.#folder).sort()) {
      if (!file.endsWith('.json')) continue;
      const list = parseCatalogue(readFileSync(join(this.#folder, file), 'utf8'));
      if (!this.#own.has(list.id)) this.byId.set(list.id, list);
    }
  }

  /** A name that no other list has. */
  freeId(wanted: string): string {
    let id = wanted;
    for (let number = 2; this.#own.has(id); number += 1) id = `${wanted}-${number}`;
    return id;
  }

  keep(list: Catalogue): void {
    writeWhole(join(this.#folder, `${list.id}.json`), JSON.stringify(list));
    this.#readAt = -1;
    this.refresh();
  }

  /** False: there is no such list, or it came with the program. */
  remove(id: string): boolean {
    if (this.#own.has(id) || !this.byId.has(id)) return false;
    rmSync(join(this.#folder, `${id}.json`));
    this.#readAt = -1;
    this.refresh();
    return true;
  }
}

export function asProvider(list: Catalogue, rentable: boolean): Provider {
  const dated = list.types[0]?.prices[0]?.source;
  const source = dated === undefined ? undefined : list.sources[dated];
  return {
    id: list.id,
    name: list.name,
    flavour: list.flavour,
    region: list.region,
    currency: list.currency,
    source: source?.title ?? list.note ?? '',
    priceDate: list.date,
    billing: list.billing.perSeconds >= 3600 ? 'hour' : 'second',
    rentable,
  };
}
