/** The records of an instance's machines: what the stack does not know (names, tags, notes) beside what it does. */
import { join } from 'node:path';
import * as z from 'zod';
import type { MachineOrder } from '../contract/calls-machines.ts';
import {
  type Capacity,
  capacity,
  type Instance,
  instanceState,
  type Machine,
  type MachineChange,
  type MachineSettings,
  machine as machineSchema,
} from '../contract/fleet.ts';
import { type LayOptions, USUAL_OPTIONS } from '../worlds/desk.ts';
import { adjusted } from '../worlds/pending.ts';
import type { Edge } from './edge.ts';
import { keep, kept } from './keep.ts';
import { tellDamaged } from './notices.ts';
import { refuse } from './refuse.ts';

const documentSchema = z.object({
  next: z.number(),
  nextMac: z.number().default(1),
  state: instanceState,
  capacity: capacity.nullable(),
  /** The switches that the Blanket was laid with. */
  laid: z.object({ globalPages: z.boolean(), perCpuUpcalls: z.boolean() }).default(USUAL_OPTIONS),
  machines: z.array(machineSchema),
});
type Document = z.output<typeof documentSchema>;

const UNSAID = { weight: 256, cap: 0, autostart: false, protected: false, tags: [], group: '', note: '', commandLine: '' };

export class Machines {
  private readonly file: string;
  private readonly rows = new Map<string, Machine>();
  private next: number;
  private nextMac: number;
  private timer: NodeJS.Timeout | undefined;
  /** State of the instance when it was last written. */
  state: Instance['state'];
  capacity: Capacity | null;
  laid: LayOptions;

  constructor(
    folder: string,
    private readonly instance: string,
    private readonly edge: Edge,
  ) {
    this.file = join(folder, 'machines.json');
    const document: Document = kept(
      this.file,
      documentSchema,
      {
        next: 1,
        nextMac: 1,
        state: 'ordered',
        capacity: null,
        laid: USUAL_OPTIONS,
        machines: [],
      },
      tellDamaged(edge, instance),
    );
    this.next = document.next;
    // Documents of earlier versions numbered addresses like machines.
    this.nextMac = Math.max(document.next, document.nextMac);
    this.state = document.state;
    this.capacity = document.capacity;
    this.laid = document.laid;
    for (const row of document.machines) this.rows.set(row.id, row);
  }

  get all(): Machine[] {
    return [...this.rows.values()];
  }

  get(id: string): Machine {
    const row = this.rows.get(id);
    return row ?? refuse('no-such-machine');
  }

  has(id: string): boolean {
    return this.rows.has(id);
  }

  /** A new record, not yet in the stack. Names are unique within the instance. */
  draft(order: MachineOrder, extra: Partial<Machine> = {}): Machine {
    const number = this.next++;
    const settings = { ...UNSAID, ...stated(order) } as unknown as MachineSettings & Pick<MachineOrder, 'image'>;
    return {
      ...settings,
      name: this.freeName(order.name),
      id: `${this.instance}.${number}`,
      instance: this.instance,
      state: 'creating',
      reason: '',
      address: '',
      disks: order.diskMib > 0 ? [{ id: 'xvda', image: order.disk ?? '', sizeMib: order.diskMib, readOnly: false }] : [],
      nics: order.network === '' ? [] : [{ id: 'eth0', mac: this.mac(), network: order.network, connected: true }],
      createdAt: Date.now(),
      pending: {},
      clonedFrom: null,
      hasScreen: false,
      ...extra,
    };
  }

  /** An address nobody in this instance has had: Xen's range, a byte for the instance, two that count. */
  mac(): string {
    const number = this.nextMac++;
    const tail = [this.instance.length * 31 + Number(this.instance.slice(1)), number >> 8, number];
    return `00:16:3e:${tail.map((part) => (part & 0xff).toString(16).padStart(2, '0')).join(':')}`;
  }

  put(...rows: Machine[]): void {
    if (rows.length === 0) return;
    const begun = rows.some(({ id, state }) => state === 'running' && this.rows.get(id)?.state !== 'running');
    for (const row of rows) this.rows.set(row.id, row);
    try {
      // Whoever has been told that a machine runs finds it running again, even if this process ends in the next moment.
      if (begun) this.write();
      else this.later();
    } finally {
      this.edge.tell({ name: 'machine.changed', fact: { machines: rows } });
    }
  }

  change(id: string, change: Partial<Machine>): Machine {
    const row = { ...this.get(id), ...change };
    this.put(row);
    return row;
  }

  /** Applies what took effect; the rest waits for the next start. */
  adjust(id: string, change: MachineChange, live: readonly (keyof MachineSettings)[]): Machine {
    return this.change(id, adjusted(this.get(id), change, live));
  }

  remove(id: string): void {
    this.rows.delete(id);
    this.edge.tell({ name: 'machine.gone', fact: { machines: [id] } });
    this.later();
  }

  /** Written now; an answer that says 'done' follows it. */
  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    keep(this.file, {
      next: this.next,
      nextMac: this.nextMac,
      state: this.state,
      capacity: this.capacity,
      laid: this.laid,
      machines: this.all,
    } satisfies Document);
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.write(), 50);
  }

  private freeName(wanted: string): string {
    const taken = new Set(this.all.map((row) => row.name));
    if (!taken.has(wanted)) return wanted;
    for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
  }
}

/** Without the fields that hold nothing. */
function stated(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
