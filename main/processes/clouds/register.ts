/** What is rented: acknowledged only when it is on the disk, brought back whole after any end of the process. */
import { join } from 'node:path';
import * as z from 'zod';
import { type Instance, instance as instanceSchema } from '../../../core/contract/fleet.ts';
import { type Apportioning, apportioning, type Budget, budget as budgetSchema, type Use } from '../../../core/contract/spend.ts';
import type { Edge } from '../../../core/service/edge.ts';
import { keep, kept } from '../../../core/service/keep.ts';
import { tellDamaged } from '../../../core/service/notices.ts';

/** A stretch of time in which a machine held a part of its instance. */
const span = z.object({
  machine: z.string(),
  name: z.string(),
  instance: z.string(),
  from: z.number(),
  to: z.number().nullable(),
  ecu: z.number(),
  memoryMib: z.number(),
});
export type HeldSpan = z.output<typeof span>;

/** What a machine drew on average, from the first account of it to the last; nothing in the time between that no account is of. */
const drawn = z.object({
  machine: z.string(),
  instance: z.string(),
  from: z.number(),
  to: z.number(),
  /** Percent of the processors of the instance. */
  cpu: z.number(),
  memoryMib: z.number(),
  /** The same in the last account. */
  latest: z.object({ cpu: z.number(), memoryMib: z.number() }),
});
export type Drawn = z.output<typeof drawn>;

const documentSchema = z.object({
  next: z.number(),
  instances: z.array(instanceSchema),
  spans: z.array(span),
  budget: budgetSchema,
  // Registers of earlier versions have none.
  drawn: z.array(drawn).default([]),
  apportioning: apportioning.default({ by: 'reservation', shareIdle: false }),
});
type Document = z.output<typeof documentSchema>;

const empty = (): Document => ({
  next: 1,
  instances: [],
  spans: [],
  budget: { perMonth: 100, alarmAt: 80, on: false },
  drawn: [],
  apportioning: { by: 'reservation', shareIdle: false },
});

export class Register {
  private readonly file: string;
  private readonly document: Document;
  private timer: NodeJS.Timeout | undefined;

  constructor(folder: string, edge: Edge) {
    this.file = join(folder, 'register.json');
    this.document = kept(this.file, documentSchema, empty(), tellDamaged(edge, null));
  }

  get instances(): readonly Instance[] {
    return this.document.instances;
  }

  get spans(): readonly HeldSpan[] {
    return this.document.spans;
  }

  get budget(): Budget {
    return this.document.budget;
  }

  set budget(budget: Budget) {
    this.document.budget = budget;
    this.write();
  }

  get drawn(): readonly Drawn[] {
    return this.document.drawn;
  }

  get apportioning(): Apportioning {
    return this.document.apportioning;
  }

  set apportioning(apportioning: Apportioning) {
    this.document.apportioning = apportioning;
    this.write();
  }

  nextId(): string {
    return `i${this.document.next++}`;
  }

  get(id: string): Instance | undefined {
    return this.document.instances.find((it) => it.id === id);
  }

  put(instance: Instance): void {
    const at = this.document.instances.findIndex((it) => it.id === instance.id);
    if (at < 0) this.document.instances.push(instance);
    else this.document.instances[at] = instance;
    this.later();
  }

  drop(id: string): void {
    this.document.instances = this.document.instances.filter((it) => it.id !== id);
    this.later();
  }

  /** The machine holds this much from now on, or nothing any more. */
  hold(
    machine: { id: string; name: string; instance: string },
    held: { ecu: number; memoryMib: number } | null,
    at: number,
  ): void {
    const open = this.document.spans.find((it) => it.machine === machine.id && it.to === null);
    if (open !== undefined && held !== null && open.ecu === held.ecu && open.memoryMib === held.memoryMib) {
      open.name = machine.name;
      return;
    }
    if (open !== undefined) open.to = at;
    if (held !== null)
      this.document.spans.push({
        machine: machine.id,
        name: machine.name,
        instance: machine.instance,
        from: at,
        to: null,
        ...held,
      });
    this.later();
  }

  /** Machines drew this much. It is written with the next change, or once a minute: a crash loses no more of it. */
  draw({ instance, from, to, machines }: Use): void {
    for (const { machine, ...latest } of machines) {
      const before = this.document.drawn.find((it) => it.machine === machine);
      if (before === undefined) {
        this.document.drawn.push({ machine, instance, from, to, ...latest, latest });
        continue;
      }
      const mean = (old: number, now: number): number =>
        (old * (before.to - before.from) + now * (to - from)) / Math.max(1, to - before.from);
      before.cpu = mean(before.cpu, latest.cpu);
      before.memoryMib = mean(before.memoryMib, latest.memoryMib);
      before.to = to;
      before.latest = latest;
    }
  }

  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    keep(this.file, this.document);
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.write(), 100);
  }
}
