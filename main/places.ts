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
  /** The guest image that a packed program brings along. */
  readonly packaged: string;
}

/** @param resources folder of what was packed beside the program */
export function placesIn(data: string, bundle: string, resources: string): Places {
  const places = {
    data,
    logs: join(data, 'logs'),
    instances: join(data, 'instances'),
    clouds: join(data, 'clouds'),
    bundle,
    pages: join(bundle, 'window'),
    packaged: join(resources, 'image'),
  };
  for (const folder of [places.data, places.logs, places.instances, places.clouds]) mkdirSync(folder, { recursive: true });
  return places;
}
