/** Making machines as one piece of long work: from an image, as clones of another, or as clones of the first of them. */
import { invariant } from '../base/bug.ts';
import type { Machine } from '../contract/fleet.ts';
import { asRefusal } from '../contract/refusals.ts';
import type { Work, World } from '../worlds/desk.ts';
import type { Machines } from './machines.ts';
import type { Works } from './works.ts';

/** What is made: `from` is whose clones, null: from their image. */
export interface Making {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly Machine[];
  readonly from: string | null;
  readonly start: boolean;
}

export class Maker {
  constructor(
    private readonly world: World,
    private readonly machines: Machines,
    private readonly works: Works,
    private readonly start: (id: string, work: Work) => Promise<void>,
  ) {}

  /** Begins the work. @returns the id of its task */
  make({ title, unit, rows, from, start }: Making): string {
    const [first, ...others] = rows;
    invariant(first !== undefined, 'something is to be made');
    const values = { count: String(rows.length), name: first.name };
    const { id } = this.works.begin({ title, unit, values, measure: 'machines' }, async (work) => {
      if (from !== null) await this.#clone(from, rows, start, counted(work, 0, rows.length));
      else {
        await this.#boot(first, start, counted(work, 0, rows.length));
        await this.#like(first, others, start, counted(work, 1, rows.length));
      }
      work.progress(rows.length, rows.length, '');
      this.machines.write();
    });
    return id;
  }

  async #boot(machine: Machine, start: boolean, work: Work): Promise<void> {
    work.progress(0, 1, machine.name);
    this.machines.put(machine);
    try {
      await this.world.create(machine, work);
      await this.#ready(machine.id, start, work);
    } catch (thrown) {
      this.machines.remove(machine.id);
      throw thrown;
    }
  }

  async #ready(id: string, start: boolean, work: Work): Promise<void> {
    this.machines.change(id, { state: this.world.state(id) });
    if (start && this.world.state(id) === 'stopped') await this.start(id, work);
    work.say(`${this.machines.get(id).name} is ${this.world.state(id)}`);
  }

  /** Those that could not be made leave no record. */
  async #clone(from: string, rows: readonly Machine[], start: boolean, work: Work): Promise<void> {
    const made = new Set<string>();
    this.machines.put(...rows.map((row) => ({ ...row, clonedFrom: from })));
    try {
      await this.world.clone(from, rows, work, async ({ id, name }) => {
        made.add(id);
        work.progress(made.size, rows.length, name);
        await this.#ready(id, start, work);
      });
    } finally {
      for (const { id } of rows) if (!made.has(id)) this.machines.remove(id);
    }
  }

  /** The template of a cut that names none is its own first machine, once that has booted; a kernel that cannot be cloned is booted. */
  async #like(first: Machine, others: readonly Machine[], start: boolean, work: Work): Promise<void> {
    if (start && others.length > 0) {
      await this.world.settled(first.id, work);
      try {
        await this.#clone(first.id, others, start, work);
        return;
      } catch (thrown) {
        if (asRefusal(thrown).code !== 'not-cloned') throw thrown;
        work.say(`${first.name} cannot be cloned (${asRefusal(thrown).message}); the others boot by themselves`);
      }
    }
    for (const [index, machine] of others.entries()) {
      work.check();
      await this.#boot(machine, start, counted(work, index, others.length));
    }
  }
}

/** A part of work, as progress among all the machines that are made. */
const counted = (work: Work, before: number, all: number): Work => ({
  ...work,
  progress: (done, _of, step) => work.progress(before + done, all, step),
});
