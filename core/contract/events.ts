/** Facts that are pushed to every window, and from processes to the application. */
import * as z from 'zod';
import { alarm, alarmRules, alarms } from './alarms.ts';
import { processRow } from './calls-desk.ts';
import { instance, machine } from './fleet.ts';
import { notice } from './notices.ts';
import { settingsSchema } from './settings.ts';
import { instanceId, machineId, taskId } from './shapes.ts';
import { use } from './spend.ts';
import { task } from './tasks.ts';

export const events = {
  'instance.changed': z.object({ instance }),
  'instance.gone': z.object({ instance: instanceId }),
  'machine.changed': z.object({ machines: z.array(machine) }),
  'machine.gone': z.object({ machines: z.array(machineId) }),
  'task.changed': z.object({ task }),
  'task.said': z.object({ task: taskId, lines: z.array(z.string()) }),
  'process.changed': z.object({ process: processRow }),
  'settings.changed': z.object({ settings: settingsSchema }),
  'spend.changed': z.object({ perHour: z.number(), sinceStart: z.number(), currency: z.string(), alarm: z.boolean() }),
  /** From the process of an instance to the clouds, who write the bill. */
  'use.told': use,
  /** To the processes that watch. */
  'alarm.rules': z.object({ rules: alarmRules }),
  /** From a process that watches: raised, or cleared. */
  'alarm.told': z.object({ alarm, active: z.boolean() }),
  /** To the windows: all rules, all that is raised. */
  'alarms.changed': alarms,
  /** Price lists were imported or forgotten. */
  'prices.changed': z.object({}),
  'storage.changed': z.object({ instance: instanceId.nullable() }),
  notice,
  /** The menu, a link or the command line asks this window to show a place, or to do a named command. */
  go: z.object({ place: z.string() }),
  command: z.object({ name: z.string() }),
};

export type Events = typeof events;
export type EventName = keyof Events;
export type Fact<N extends EventName> = z.output<Events[N]>;
export type AnyFact = { [N in EventName]: { name: N; fact: Fact<N> } }[EventName];
