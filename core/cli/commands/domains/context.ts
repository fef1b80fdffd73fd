/** What every command about domains has: the fleet it is attached to, and how it tells progress. */
import type { Command } from 'commander';
import { FleetClient } from '../../fleet-client.ts';

interface Shared {
  readonly attach: string;
  readonly instance?: string;
}

export interface Context {
  readonly fleet: FleetClient;
  /** As given; undefined: the only one. */
  readonly instance: string | undefined;
  /** Shows a step to a person who watches. */
  step(line: string): void;
}

export function contextOf(command: Command): Context {
  const { attach, instance } = command.optsWithGlobals<Shared>();
  return {
    fleet: new FleetClient(attach),
    instance,
    step: (line) => {
      if (process.stderr.isTTY) process.stderr.write(`${line} ...\n`);
    },
  };
}
