/** Settings of a machine that cannot change while it lives: they wait for its next start. */
import type { Machine, MachineChange, MachineSettings } from '../contract/fleet.ts';

const those = (change: MachineChange, wanted: (key: string) => boolean): Partial<MachineSettings> =>
  Object.fromEntries(Object.entries(change).filter(([key, value]) => value !== undefined && wanted(key)));

/** @param live settings that take effect at once; what was waiting for one of these is out of date */
export function adjusted(machine: Machine, change: MachineChange, live: readonly (keyof MachineSettings)[]): Machine {
  const isLive = (key: string): boolean => live.some((each) => each === key);
  const now = those(change, isLive);
  const waits = { ...those(machine.pending, (key) => !(key in now)), ...those(change, (key) => !isLive(key)) };
  return { ...machine, ...now, pending: waits };
}

/** The machine with everything that waited. */
export const asStarted = (machine: Machine): Machine => ({ ...machine, ...those(machine.pending, () => true), pending: {} });
