/** `blanket domains top`: what each machine uses, from the newest sample. */
import { Command } from 'commander';
import type { Machine } from '../../../contract/fleet.ts';
import { type GaugeName, gaugeIndex, type Readings } from '../../../contract/gauges.ts';
import { positiveNumber } from '../../options.ts';
import { tableText } from '../../text-table.ts';
import { contextOf } from './context.ts';

interface TopOptions {
  readonly every: number;
  readonly once?: true;
}

const CLEAR = '\u001b[H\u001b[2J';
const rounded = (value: number): number => Math.round(value * 10) / 10;

const page = (instance: string, machines: readonly Machine[], { virtualSeconds, rows }: Readings): string => {
  const line = (id: string, name: string, state: string, vcpus: number): (string | number)[] => {
    const values = rows.find(({ unit }) => unit === id)?.values;
    const gauge = (which: GaugeName): number => values?.[gaugeIndex[which]] ?? 0;
    // Of one CPU, as xentop has it; the gauge is of all that the unit has.
    const whole = [rounded(gauge('cpu') * vcpus), rounded(gauge('steal') * vcpus)];
    return [id, name, state, ...whole, vcpus, rounded(gauge('memory')), Math.round(gauge('hypercalls'))];
  };
  const table = tableText({
    header: ['id', 'name', 'state', 'CPU %', 'waiting %', 'vcpus', 'MiB', 'hypercalls/s'],
    rows: machines.map((it) => line(it.id, it.name, it.state, it.vcpus)),
  });
  return `${instance}: ${machines.length} machines, ${virtualSeconds.toFixed(1)} s since it started\n${table}`;
};

export function topCommand(): Command {
  return new Command('top')
    .description('Show what each machine uses; in a terminal again and again, until Ctrl-C.')
    .option('--every <seconds>', 'time between two looks', positiveNumber, 1)
    .option('--once', 'show it once (as into a pipe)')
    .action(async ({ every, once }: TopOptions, command: Command) => {
      const { fleet, instance: given } = contextOf(command);
      const { id, name } = await fleet.instance(given);
      for (;;) {
        const { readings } = await fleet.call('metrics.latest', { instance: id });
        const machines = (await fleet.machines()).filter(({ instance }) => instance === id);
        const again = process.stdout.isTTY && once === undefined;
        if (readings !== null) process.stdout.write(`${again ? CLEAR : ''}${page(`${id} ${name}`, machines, readings)}`);
        if (!again && readings !== null) return;
        await new Promise((resolve) => setTimeout(resolve, every * 1000));
      }
    });
}
