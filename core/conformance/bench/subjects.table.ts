/** Everything that `npm run bench` can measure. A new subject is a file beside this one and a row here. */
import { boot } from './boot.ts';
import { clones } from './clones.ts';
import { loops } from './loops/loops.ts';
import { memory } from './memory.ts';
import { planner } from './planner.ts';
import { pvBoot } from './pv-boot.ts';
import type { Subject } from './subject.ts';
import { window } from './window.ts';

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  boot,
  clones,
  loops,
  memory,
  planner,
  'pv-boot': pvBoot,
  window,
};
