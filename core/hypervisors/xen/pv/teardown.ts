/** The end of a paravirtual domain: every reference is given back in the order in which it was taken. */
import { FrameFlag } from '../../common/frames.ts';
import { dropLdt, setGdt } from './descriptor-tables.ts';
import type { PvDomain } from './domain.ts';
import type { PvVcpu } from './vcpu.ts';

/** Nothing of the domain is left afterwards but pages that other domains still map. */
export const destroyDomain = (domain: PvDomain): void => {
  if (domain.dying) return;
  domain.dying = true;
  const { xen } = domain;
  xen.removeDomain(domain);
  for (const vcpu of domain.vcpus) vcpu.stopTimers();
  domain.resetEvents();
  for (const vcpu of domain.vcpus) releaseVcpu(domain, vcpu);
  for (const grant of domain.grantHandles.values()) grant.granter.release(grant.reference, grant.writing);
  domain.grantHandles.clear();
  for (const frame of [...xen.frames.ownedBy(domain.owner)]) {
    if (xen.frames.has(frame, FrameFlag.pinned)) xen.updates.unpin(domain, frame);
  }
  domain.grants.destroy();
  for (const frame of [...xen.frames.ownedBy(domain.owner)]) xen.frames.giveUp(frame);
  xen.frames.forget(domain.owner);
  domain.pages = 0;
  xen.space.releaseDomainSpace(domain.space);
};

const releaseVcpu = (domain: PvDomain, vcpu: PvVcpu): void => {
  const { types, scheduler } = domain.xen;
  vcpu.online = false;
  vcpu.reconsider();
  scheduler.remove(vcpu.unit);
  dropLdt(vcpu);
  setGdt(vcpu, [], 0);
  if (vcpu.infoMoved) types.putTyped(domain, Math.floor(vcpu.infoAddress / 4096));
  vcpu.infoMoved = false;
  if (vcpu.userRoot !== 0) types.putTyped(domain, vcpu.userRoot);
  if (vcpu.kernelRoot !== 0) types.putTyped(domain, vcpu.kernelRoot);
  vcpu.userRoot = 0;
  vcpu.kernelRoot = 0;
  vcpu.context.release();
};
