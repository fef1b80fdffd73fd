/** Everything that `npm run bench` can measure. A new subject is a file beside this one and a row here. */
import { boot } from './boot.ts';
import { clones } from './clones.ts';
import { crashes } from './crashes.ts';
import { lifecycle } from './lifecycle.ts';
import { loops } from './loops/loops.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { planner } from './planner.ts';
import { pvBoot } from './pv-boot.ts';
import { shares } from './shares.ts';
import type { Subject } from './subject.ts';
import { window } from './window.ts';

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  boot,
  clones,
  crashes,
  lifecycle,
  loops,
  memory,
  network,
  planner,
  'pv-boot': pvBoot,
  shares,
  window,
};
