/** Calls that the clouds process answers: catalogue, renting, spend, networks, images. */
import * as z from 'zod';
import { changes, reads } from './call.ts';
import { instance, instanceType, provider } from './fleet.ts';
import { amount, done, instanceId, label, name, note, nothing, taskId } from './shapes.ts';
import { budget, spend } from './spend.ts';
import { image } from './storage.ts';

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
  'spend.apportion': changes('clouds', z.strictObject({ by: z.enum(['reservation', 'use']) }), done),
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
  'prices.import': changes(
    'clouds',
    z.strictObject({ path: z.string().max(4096) }),
    z.object({ accepted: amount, refused: z.array(z.object({ line: amount, reason: z.string() })) }),
    120_000,
  ),
};
