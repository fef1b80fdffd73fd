/** For tests only: every flavour is served by the scripted world. The build of the tests puts this in place of core/worlds/catalogue. */
import type { Flavour } from '../../core/contract/fleet.ts';
import type { WorldMaker } from '../../core/worlds/desk.ts';
import { scriptedWorld } from './world.ts';

export { checkPartition } from './check.ts';

export const usesImages = false;
export const rentable = (flavour: Flavour): boolean => flavour !== 'bare';
export const worldFor = (_flavour: Flavour): WorldMaker => scriptedWorld;
