/**
 * How an instance comes back in another process: as it was saved; or, where nothing was saved, as a computer does after a
 * power failure: what was on the disks is there, and what ran is started again.
 */
import type { Machine, MachineState } from '../contract/fleet.ts';
import type { InstanceChange } from '../contract/wire.ts';
import type { Work, World } from '../worlds/desk.ts';
import type { Machines } from './machines.ts';

export interface Comeback {
  readonly world: World;
  readonly machines: Machines;
  tellState(change: InstanceChange): void;
  /** As at the first start. */
  powerOn(work: Work): Promise<void>;
  /** So many machines were started from their disks. */
  startedAgain(machines: readonly Machine[]): void;
}

/** States of a machine that had a domain. */
const WENT: ReadonlySet<MachineState> = new Set(['starting', 'running', 'paused', 'stopping', 'lost']);
/** Why an instance or a machine is starting that nobody started. */
const COMING = 'coming back';
const OFF: ReadonlySet<MachineState> = new Set(['stopped', 'crashed', 'saved']);

export async function comeBack({ world, machines, tellState, powerOn, startedAgain }: Comeback, work: Work): Promise<void> {
  const { capacity } = machines;
  // Whatever was making these has failed with its process.
  for (const machine of machines.all) if (machine.state === 'creating') machines.remove(machine.id);
  const went = new Set(machines.all.filter((machine) => WENT.has(machine.state)).map((machine) => machine.id));
  tellState({ state: 'starting', reason: COMING });
  machines.put(...machines.all.map((machine) => (went.has(machine.id) ? coming(machine) : machine)));
  let laid = capacity;
  if (!(await world.restore(machines.laid, work))) {
    if (capacity === null) return powerOn(work);
    laid = await world.layBlanket(machines.laid, work);
    for (const machine of machines.all) await world.create(machine, work);
  }
  const waits = (machine: Machine): boolean => {
    const state = world.state(machine.id);
    if (machine.state === 'template' || !OFF.has(state)) return false;
    return went.has(machine.id) || (machine.autostart && state === 'stopped');
  };
  const waiting = machines.all.filter(waits);
  machines.put(...machines.all.map((machine) => (waits(machine) ? coming(machine) : settled(world, machine))));
  // Only now every machine can be acted on.
  tellState({ state: laid === null ? 'ready' : 'blanket', reason: '', capacity: laid });
  const again: Machine[] = [];
  for (const machine of waiting) {
    // It may have been deleted meanwhile.
    if (!machines.has(machine.id)) continue;
    const before = world.state(machine.id);
    try {
      await world.act(machine.id, before === 'saved' ? 'restore' : 'start', work);
    } finally {
      if (machines.has(machine.id)) machines.put(settled(world, machines.get(machine.id)));
    }
    if (before !== 'saved' && went.has(machine.id)) again.push(machine);
  }
  if (again.length > 0) startedAgain(again);
}

/** The records say what the stack says. */
export function settle(world: World, machines: Machines): void {
  machines.put(...machines.all.map((machine) => settled(world, machine)));
}

const coming = (machine: Machine): Machine => ({ ...machine, state: 'starting', reason: COMING });

function settled(world: World, machine: Machine): Machine {
  return machine.state === 'template' ? machine : { ...machine, state: world.state(machine.id), reason: '' };
}
