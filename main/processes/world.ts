/** The process of one rented instance: carries its calls, facts and streams over Electron's ports. */
import { join } from 'node:path';
import { serveInstance } from '../../core/service/instance.ts';
import { usesImages } from '../../core/worlds/catalogue.ts';
import { serveProcess } from './edge.ts';
import { makeImage } from './images.ts';

serveProcess((begin, edge) =>
  serveInstance(begin, edge, {
    engine: join(import.meta.dirname, 'engine.wasm'),
    prepare: async (dataFolder, work) => {
      if (usesImages) await makeImage(dataFolder, { kind: 'ready', name: 'default' }, work);
    },
  }),
);
