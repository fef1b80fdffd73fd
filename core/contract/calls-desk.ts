/** Calls that the desktop application itself answers: windows, preferences, tasks, records. */
import * as z from 'zod';
import { alarmRules, alarms } from './alarms.ts';
import { changes, reads } from './call.ts';
import { fleet } from './fleet.ts';
import { notice } from './notices.ts';
import { settingsChange, settingsSchema } from './settings.ts';
import { bytes, count, done, moment, nothing, taskId, unitId } from './shapes.ts';
import { task } from './tasks.ts';

export const auditRow = z.object({
  at: moment,
  who: z.string(),
  call: z.string(),
  unit: z.string(),
  outcome: z.string(),
  detail: z.string(),
  /** What was asked for beside the unit, short. */
  asked: z.string().default(''),
});
export type AuditRow = z.output<typeof auditRow>;

export const processRow = z.object({
  id: z.string(),
  kind: z.enum(['clouds', 'world', 'planner']),
  unit: z.string().nullable(),
  state: z.enum(['starting', 'running', 'silent', 'waiting', 'given-up', 'stopped']),
  pid: z.number().nullable(),
  restarts: count,
  reason: z.string(),
  since: moment,
});
export type ProcessRow = z.output<typeof processRow>;

const place = z
  .string()
  .regex(/^\/[\w./?=&%~:+-]*$/, 'a place in the program')
  .max(300);

export const deskCalls = {
  'app.about': reads(
    'desk',
    nothing,
    z.object({
      version: z.string(),
      electron: z.string(),
      chromium: z.string(),
      node: z.string(),
      platform: z.string(),
      host: z.string(),
      dataFolder: z.string(),
      demo: z.boolean(),
    }),
  ),
  /** The person decided what becomes of running instances; the program ends. */
  'app.leave': changes('desk', z.strictObject({ how: z.enum(['save', 'shutdown', 'discard']) }), done),
  'fleet.read': reads('desk', nothing, fleet),
  /** The newest notices, newest first, for a window that comes later. */
  'notice.list': reads('desk', nothing, z.array(notice)),
  'settings.read': reads('desk', nothing, z.object({ settings: settingsSchema, notice: z.string() })),
  'settings.write': changes('desk', z.strictObject({ change: settingsChange }), settingsSchema),
  /** What a view remembers: columns, widths, saved filters. */
  'view.read': reads('desk', z.strictObject({ key: z.string().max(60) }), z.object({ value: z.json() })),
  'view.write': reads('desk', z.strictObject({ key: z.string().regex(/^[\w.-]{1,60}$/), value: z.json() }), done),
  'window.open': reads('desk', z.strictObject({ place }), done),
  'window.fullscreen': reads('desk', z.strictObject({ on: z.boolean() }), done),
  'window.title': reads('desk', z.strictObject({ title: z.string().max(200) }), done),
  /** Opens one of the documented pages in the person's browser. */
  'link.open': reads('desk', z.strictObject({ url: z.url().max(300) }), done),
  'task.list': reads('desk', nothing, z.array(task)),
  'task.log': reads('desk', z.strictObject({ task: taskId }), z.object({ lines: z.array(z.string()) })),
  'task.cancel': changes('desk', z.strictObject({ task: taskId }), done),
  'task.forget': reads('desk', nothing, done),
  'alarm.list': reads('desk', nothing, alarms),
  /** All rules; what they no longer ask for is cleared. */
  'alarm.write': changes('desk', z.strictObject({ rules: alarmRules }), done),
  'audit.read': reads('desk', nothing, z.array(auditRow)),
  'process.list': reads('desk', nothing, z.array(processRow)),
  'process.restart': changes('desk', z.strictObject({ id: z.string().max(40) }), done),
  /** Asks for a place and writes a file the window made: a table as CSV, a picture as PNG, a capture. */
  'file.export': changes(
    'desk',
    z.strictObject({
      name: z.string().regex(/^[\w .()-]{1,80}$/),
      kind: z.enum(['csv', 'png', 'txt', 'json', 'pcap']),
      bytes: bytes,
    }),
    z.object({ path: z.string().nullable() }),
    600_000,
  ),
  /** Asks for a file to import; the answer is a handle, never its content. */
  'file.choose': reads(
    'desk',
    z.strictObject({ kind: z.enum(['kernel', 'ram-disk', 'disk', 'prices', 'plan']) }),
    z.object({ path: z.string().nullable() }),
    600_000,
  ),
  /** Asks for a place for a file that is still to be written. */
  'file.place': reads(
    'desk',
    z.strictObject({ name: z.string().regex(/^[\w .()-]{1,80}$/), kind: z.enum(['raw', 'qcow2']) }),
    z.object({ path: z.string().nullable() }),
    600_000,
  ),
  'diagnostics.collect': reads('desk', nothing, z.object({ path: z.string().nullable() }), 600_000),
  'stream.open': reads(
    'desk',
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('readings'), instance: unitId }),
      z.strictObject({ kind: z.literal('console'), unit: unitId, line: z.enum(['serial', 'boot']) }),
      z.strictObject({ kind: z.literal('screen'), unit: unitId }),
    ]),
    z.object({ port: z.string() }),
  ),
};
