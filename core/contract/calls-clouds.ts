/** Calls that the clouds process answers: catalogue, renting, spend, networks, images. */
import * as z from 'zod';
import { changes, reads } from './call.ts';
import { instance, instanceType, provider } from './fleet.ts';
import { count, done, instanceId, label, name, note, nothing, taskId } from './shapes.ts';
import { apportioning, budget, spend } from './spend.ts';
import { image } from './storage.ts';

/** What an import took, and what it could not use: lines with reasons, the first of them if there are many. */
const priceReport = z.object({
  list: z.string(),
  name: z.string(),
  format: z.string(),
  types: count,
  refused: z.array(z.object({ line: count, reason: z.string() })),
  refusedCount: count,
  /** Lines about something else than what is looked for. */
  passedOver: count,
});
export type PriceReport = z.output<typeof priceReport>;

export const cloudCalls = {
  'catalogue.read': reads('clouds', nothing, z.object({ providers: z.array(provider), types: z.array(instanceType) })),
  'instance.rent': changes(
    'clouds',
    z.strictObject({
      provider: z.string().max(60),
      type: z.string().max(60),
      count: z.number().int().min(1).max(20),
      name,
      tags: z.array(label).max(20),
      image: z.string().max(80),
      /** From a computer without nested paging. */
      shadowPaging: z.boolean().optional(),
    }),
    z.object({ instances: z.array(instance) }),
  ),
  'instance.edit': changes(
    'clouds',
    z.strictObject({
      instance: instanceId,
      name: name.optional(),
      tags: z.array(label).max(20).optional(),
      note: note.optional(),
    }),
    instance,
  ),
  /** Gives it back: its machines and disks are gone afterwards. */
  'instance.end': changes('clouds', z.strictObject({ instance: instanceId }), done, 60_000),
  'spend.read': reads('clouds', nothing, spend),
  'spend.budget': changes('clouds', z.strictObject({ budget }), done),
  'spend.apportion': changes('clouds', apportioning, done),
  /** The bill to the last billionth, and who answers for it, as CSV. */
  'spend.statement': reads('clouds', nothing, z.object({ csv: z.string() })),
  'image.list': reads('clouds', nothing, z.array(image)),
  'image.prepare': changes('clouds', z.strictObject({ image: z.string().max(80) }), z.object({ task: taskId })),
  'image.import': changes(
    'clouds',
    z.strictObject({
      name,
      kind: z.enum(['kernel', 'disk']),
      path: z.string().max(4096),
      ramDisk: z.string().max(4096).nullable(),
    }),
    z.object({ task: taskId }),
  ),
  'image.remove': changes('clouds', z.strictObject({ image: z.string().max(80) }), done),
  /** Begins to read a price list of any known format; what became of it is in the report of the task. */
  'prices.import': changes(
    'clouds',
    z.strictObject({
      path: z.string().max(4096),
      name: z.string().trim().min(1).max(80).optional(),
      region: z.string().min(1).max(40),
      flavour: z.enum(['xen', 'kvm']),
    }),
    z.object({ task: taskId }),
  ),
  /** Null: not finished, failed, or forgotten. */
  'prices.report': reads('clouds', z.strictObject({ task: taskId }), priceReport.nullable()),
  /** Forgets an imported list. */
  'prices.remove': changes('clouds', z.strictObject({ list: z.string().max(80) }), done),
};
