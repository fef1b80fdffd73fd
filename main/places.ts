/** Where the program keeps its things. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Places {
  readonly data: string;
  readonly logs: string;
  readonly instances: string;
  readonly clouds: string;
  /** The built program: bundles beside the main one, and the pages. */
  readonly bundle: string;
  readonly pages: string;
}

export function placesIn(data: string, bundle: string): Places {
  const places = {
    data,
    logs: join(data, 'logs'),
    instances: join(data, 'instances'),
    clouds: join(data, 'clouds'),
    bundle,
    pages: join(bundle, 'window'),
  };
  for (const folder of [places.data, places.logs, places.instances, places.clouds]) mkdirSync(folder, { recursive: true });
  return places;
}
