/** The process of one rented instance: carries its calls, facts and streams over Electron's ports. */
import { join } from 'node:path';
import { serveInstance } from '../../core/service/instance.ts';
import { usesImages, worldFor } from '../../core/worlds/catalogue.ts';
import { serveProcess } from './edge.ts';
import { makeImage } from './images.ts';

serveProcess((begin, edge) =>
  serveInstance(begin, edge, {
    engine: join(import.meta.dirname, 'engine.wasm'),
    world: (host) => worldFor(host.instance.flavour)(host),
    start: async (world, work) => {
      if (usesImages) await makeImage(begin, { kind: 'ready', name: begin.instance?.image ?? 'default' }, work);
      return await world.power(work);
    },
  }),
);
