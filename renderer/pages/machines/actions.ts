/** What may be done to a machine in which state: one table for the list, the panel, the window and the palette. */
import type { MachineAction } from '../../../core/contract/calls-machines.ts';
import type { Machine, MachineState } from '../../../core/contract/fleet.ts';
import { call } from '../../desk/client.ts';

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

export interface Outcome {
  readonly machine: Machine;
  /** Undefined: it was begun. */
  readonly refusal: string | undefined;
}

/** Acts on each that may, and says of each what came of it. */
export async function actOnAll(action: MachineAction, machines: readonly Machine[]): Promise<Outcome[]> {
  return Promise.all(
    machines.map(async (machine): Promise<Outcome> => {
      if (!may(action, machine.state)) return { machine, refusal: `is ${machine.state}` };
      return call('machine.act', { machine: machine.id, action }).then(
        () => ({ machine, refusal: undefined }),
        (thrown: unknown) => ({ machine, refusal: thrown instanceof Error ? thrown.message : String(thrown) }),
      );
    }),
  );
}
