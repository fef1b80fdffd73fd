/** What may be done to a machine in which state: one table for the list, the panel, the window and the palette. */
import type { MachineAction } from '../../../core/contract/calls-machines.ts';
import type { Machine, MachineState } from '../../../core/contract/fleet.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { say, sayAny } from '../../words/say.ts';

export interface ActionRow {
  readonly action: MachineAction;
  readonly from: readonly MachineState[];
  /** A person is asked first, unless the preferences say not to. */
  readonly asks: boolean;
}

export const ACTIONS: readonly ActionRow[] = [
  { action: 'start', from: ['stopped', 'crashed', 'saved'], asks: false },
  { action: 'resume', from: ['paused'], asks: false },
  { action: 'pause', from: ['running'], asks: false },
  { action: 'reboot', from: ['running'], asks: true },
  { action: 'shutdown', from: ['running'], asks: true },
  { action: 'save', from: ['running', 'paused'], asks: false },
  { action: 'reset', from: ['running', 'paused', 'crashed'], asks: true },
  { action: 'off', from: ['running', 'paused', 'starting', 'stopping', 'crashed'], asks: true },
];

export const may = (action: MachineAction, state: MachineState): boolean =>
  ACTIONS.some((row) => row.action === action && row.from.includes(state));

/** Why not, as a key of words; undefined if it may. */
export function whyNot(action: MachineAction, machines: readonly Machine[]): 'why.none' | 'why.state' | undefined {
  if (machines.length === 0) return 'why.none';
  return machines.some((machine) => may(action, machine.state)) ? undefined : 'why.state';
}

/** What came of asking for one machine of many. */
export interface Outcome {
  readonly machine: Machine;
  /** The work that was begun. */
  readonly task: string | undefined;
  /** Why it was not begun. */
  readonly refusal: string | undefined;
}

/** Asks for each machine and says of each what came of it; one refusal does not keep the others. */
export function askAll(machines: readonly Machine[], ask: (machine: Machine) => Promise<{ task: string }>): Promise<Outcome[]> {
  return Promise.all(
    machines.map((machine) =>
      ask(machine).then(
        ({ task }): Outcome => ({ machine, task, refusal: undefined }),
        (thrown: unknown): Outcome => ({ machine, task: undefined, refusal: refusalOf(thrown).message }),
      ),
    ),
  );
}

/** Acts on each that may. */
export async function actOnAll(action: MachineAction, machines: readonly Machine[]): Promise<Outcome[]> {
  const able = machines.filter((machine) => may(action, machine.state));
  const unable = machines.filter((machine) => !may(action, machine.state));
  const begun = await askAll(able, (machine) => call('machine.act', { machine: machine.id, action }));
  return [
    ...begun,
    ...unable.map((machine): Outcome => {
      const state = sayAny(`state.${machine.state}`).toLowerCase();
      return { machine, task: undefined, refusal: say('why.is', { state }) };
    }),
  ];
}

/** Deletes a machine; protection is taken away first, where the person has typed the name. */
export async function removeOne(machine: Machine): Promise<{ task: string }> {
  if (machine.protected) await call('machine.edit', { machine: machine.id, change: { protected: false } });
  return call('machine.remove', { machine: machine.id });
}
