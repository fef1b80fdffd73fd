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
const OFF: ReadonlySet<MachineState> = new Set(['stopped', 'crashed', 'saved']);

export async function comeBack({ world, machines, tellState, powerOn, startedAgain }: Comeback, work: Work): Promise<void> {
  const { capacity } = machines;
  // Whatever was making these has failed with its process.
  for (const machine of machines.all) if (machine.state === 'creating') machines.remove(machine.id);
  const went = new Set(machines.all.filter((machine) => WENT.has(machine.state)).map((machine) => machine.id));
  tellState({ state: 'starting', reason: 'coming back' });
  if (await world.restore(machines.laid, work))
    tellState({ state: capacity === null ? 'ready' : 'blanket', reason: '', capacity });
  else if (capacity === null) await powerOn(work);
  else {
    tellState({
      state: 'blanket',
      reason: '',
      capacity: await world.layBlanket(machines.laid, work),
    });
    for (const machine of machines.all) await world.create(machine, work);
  }
  const again: Machine[] = [];
  for (const machine of machines.all) {
    const state = world.state(machine.id);
    if (!OFF.has(state) || !(went.has(machine.id) || (machine.autostart && state === 'stopped'))) continue;
    await world.act(machine.id, state === 'saved' ? 'restore' : 'start', work);
    if (state !== 'saved' && went.has(machine.id)) again.push(machine);
  }
  settle(world, machines);
  if (again.length > 0) startedAgain(again);
}

/** The records say what the stack says. */
export function settle(world: World, machines: Machines): void {
  for (const machine of machines.all) {
    if (machine.state !== 'template') machines.change(machine.id, { state: world.state(machine.id), reason: '' });
  }
}
