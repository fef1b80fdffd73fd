/** Which stack serves an instance of which provider. */
import { Refusal } from '../base/refusal.ts';
import type { Flavour } from '../contract/fleet.ts';
import type { WorldMaker } from './desk.ts';
import { InstanceWorld } from './instance/instance-world.ts';
import { kvmOutfit } from './outfit.ts';
import { xenOutfit } from './xen-outfit.ts';

/** Stacks by flavour of the first layer; a flavour is rentable when its stack is here. */
const MAKERS: Partial<Readonly<Record<Flavour, WorldMaker>>> = {
  kvm: (host) => new InstanceWorld(host, kvmOutfit),
  xen: (host) => new InstanceWorld(host, xenOutfit),
};

export { checkPartition } from './check/check-partition.ts';

/** Machines of these stacks start from images of the data folder. */
export const usesImages = true;

export const rentable = (flavour: Flavour): boolean => MAKERS[flavour] !== undefined;

export function worldFor(flavour: Flavour): WorldMaker {
  const maker = MAKERS[flavour];
  if (maker === undefined) {
    throw new Refusal(
      'no-such-world',
      `This build has no stack for the ${flavour} flavour.`,
      'Rent an instance of another provider.',
    );
  }
  return maker;
}
