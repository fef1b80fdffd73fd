/** One served instance without a window: remembers what it tells, and answers for it what the application would. */
import { type CallName, calls, isCallName } from '../contract/calls.ts';
import { check } from '../contract/check.ts';
import type { AnyFact } from '../contract/events.ts';
import type { Instance, Machine } from '../contract/fleet.ts';
import { asRefusal, type Envelope, refusalOf } from '../contract/refusals.ts';
import type { StreamOpen } from '../contract/streams.ts';
import type { Task } from '../contract/tasks.ts';
import type { FromProcess } from '../contract/wire.ts';
import type { Edge, Port, Served } from './edge.ts';
import { refuse } from './refuse.ts';

/** Ended tasks whose lines are still known. */
const MOST_TASKS = 500;

export class Headless {
  #instance: Instance;
  readonly #machines = new Map<string, Machine>();
  readonly #tasks = new Map<string, { task: Task; lines: string[] }>();
  readonly #served: Served;

  /** @param told hears every fact after it was taken in */
  constructor(
    instance: Instance,
    serve: (edge: Edge) => Served,
    private readonly told: (fact: AnyFact) => void,
  ) {
    this.#instance = instance;
    this.#served = serve({ tell: (fact) => this.#hear(fact), send: (message) => this.#take(message) });
  }

  get instance(): Instance {
    return this.#instance;
  }

  /** Answers one call, whatever it holds; never throws. */
  async answer(name: unknown, request: unknown): Promise<Envelope<unknown>> {
    if (!isCallName(name)) return { ok: false, refusal: refusalOf('bad-request', 'There is no call of that name.') };
    const checked = check(calls[name].request, request);
    if (!checked.ok) return checked;
    try {
      return { ok: true, value: await this.#call(name, checked.value) };
    } catch (thrown) {
      const refusal = asRefusal(thrown);
      if (refusal.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? thrown.message}\n`);
      return { ok: false, refusal };
    }
  }

  stream(open: StreamOpen, port: Port): boolean {
    this.#served.stream?.(open, port);
    return this.#served.stream !== undefined;
  }

  stop(how: 'save' | 'shutdown' | 'discard'): Promise<void> {
    return this.#served.stop(how);
  }

  /** Resolves when a task has ended. */
  async ended(id: string): Promise<Task> {
    for (;;) {
      const task = this.#tasks.get(id)?.task;
      if (task !== undefined && task.state !== 'running') return task;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  get tasks(): Task[] {
    return [...this.#tasks.values()].map(({ task }) => task).reverse();
  }

  #call(name: CallName, request: unknown): unknown {
    if (calls[name].by === 'world') {
      const about = aboutOf(request);
      if (about !== undefined && about.split('.')[0] !== this.#instance.id) refuse('no-such-instance');
      return this.#served.call(name, request);
    }
    const task = (request as { task?: string }).task ?? '';
    switch (name) {
      case 'fleet.read':
        return { instances: [this.#instance], machines: [...this.#machines.values()] };
      case 'task.list':
        return this.tasks;
      case 'task.log':
        return { lines: this.#tasks.get(task)?.lines ?? [] };
      case 'task.cancel':
        this.#served.cancel?.(task);
        return {};
      default:
        return refuse('not-possible-here', `${name} needs the application; this is one instance without a window.`);
    }
  }

  #take(message: FromProcess): void {
    if (message.type !== 'state') return;
    this.#instance = { ...this.#instance, ...message.change };
    this.told({ name: 'instance.changed', fact: { instance: this.#instance } });
  }

  #hear(told: AnyFact): void {
    const { name, fact } = told;
    if (name === 'machine.changed') for (const machine of fact.machines) this.#machines.set(machine.id, machine);
    else if (name === 'machine.gone') for (const id of fact.machines) this.#machines.delete(id);
    else if (name === 'task.changed') {
      this.#tasks.set(fact.task.id, { task: fact.task, lines: this.#tasks.get(fact.task.id)?.lines ?? [] });
      const [oldest] = this.#tasks.keys();
      if (this.#tasks.size > MOST_TASKS && oldest !== undefined) this.#tasks.delete(oldest);
    } else if (name === 'task.said') this.#tasks.get(fact.task)?.lines.push(...fact.lines);
    this.told(told);
  }
}

/** The unit that a request is about. */
function aboutOf(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const { machine, unit, instance } = request as Record<string, unknown>;
  const about = machine ?? unit ?? instance;
  return typeof about === 'string' ? about : undefined;
}
