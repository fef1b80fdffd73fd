/** A running fleet as commands see it: finds machines by what people call them, and waits for long work. */
import { Refusal } from '../base/refusal.ts';
import type { Answer, CallName, Request } from '../contract/calls.ts';
import type { Instance, Machine } from '../contract/fleet.ts';
import { machineId } from '../contract/shapes.ts';
import type { Task } from '../contract/tasks.ts';
import { ask } from '../host/attach/client.ts';

/** Calls that begin a task. */
type LongCall = { [N in CallName]: Answer<N> extends { task: string } ? N : never }[CallName];

/** Milliseconds between two looks at a task. */
const LOOK = 50;

export class FleetClient {
  constructor(readonly folder: string) {}

  call<N extends CallName>(name: N, request: Request<N>): Promise<Answer<N>> {
    return ask(this.folder, name, request);
  }

  async machines(): Promise<Machine[]> {
    return (await this.call('fleet.read', {})).machines;
  }

  /** By id, or by a name that only one machine has. */
  async machine(named: string): Promise<Machine> {
    const all = await this.machines();
    const found = machineId.safeParse(named).success
      ? all.filter(({ id }) => id === named)
      : named === ''
        ? []
        : all.filter(({ name }) => name === named);
    const [first, second] = found;
    if (first === undefined)
      throw new Refusal('no-such-machine', `There is no machine ${named}.`, 'See which there are: blanket domains list.');
    if (second !== undefined)
      throw new Refusal(
        'ambiguous',
        `${found.length} machines are called ${named}.`,
        `Say which: ${found.map(({ id }) => id).join(', ')}.`,
      );
    return first;
  }

  /** The instance of an id, or the only one that carries machines. */
  async instance(id: string | undefined): Promise<Instance> {
    const { instances } = await this.call('fleet.read', {});
    const live = instances.filter(({ state }) => state !== 'ended');
    const found = id === undefined ? live : live.filter((each) => each.id === id || each.name === id);
    const [first, second] = found;
    if (first === undefined)
      throw new Refusal(
        'no-such-instance',
        id === undefined ? 'No instance runs.' : `There is no instance ${id}.`,
        'Start one: blanket run.',
      );
    if (second !== undefined)
      throw new Refusal(
        'ambiguous',
        'Several instances run.',
        `Say which with --instance: ${found.map((each) => each.id).join(', ')}.`,
      );
    return first;
  }

  /** Begins long work and waits for its end. @throws Refusal, that of the work */
  async work<N extends LongCall>(name: N, request: Request<N>, step: (line: string) => void = () => undefined): Promise<void> {
    const { task } = (await this.call(name, request)) as { task: string };
    let last = '';
    for (;;) {
      const found = (await this.call('task.list', {})).find(({ id }) => id === task);
      if (found !== undefined && found.state !== 'running') return settled(found);
      if (found !== undefined && found.step !== '' && found.step !== last) step(found.step);
      last = found?.step ?? last;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }
}

function settled({ state, failure }: Task): void {
  if (failure !== null) throw new Refusal(failure.code, failure.message, failure.remedy);
  if (state === 'cancelled') throw new Refusal('cancelled', 'It was cancelled.', 'Start it again when you are ready.');
}
