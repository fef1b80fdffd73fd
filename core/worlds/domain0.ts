/** A control domain over any Xen: a native domain, its platform, and the toolstack that lives in it. */
import { Toolstack } from '../control/toolstack.ts';
import { BlockBack } from '../drivers/block/back.ts';
import { ConsoleBack } from '../drivers/console/back.ts';
import { NetBack } from '../drivers/net/back.ts';
import { pvHypervisor } from '../hypervisors/xen/hypervisor.ts';
import { NativeDomain } from '../hypervisors/xen/native/domain.ts';
import { platformOf } from '../hypervisors/xen/native/platform.ts';
import type { Xen } from '../hypervisors/xen/xen.ts';
import type { Platform } from '../seams/platform.ts';

const CONTROL_DOMAIN = 0;
/** Twice that of a guest: what it does, it does for all of them. */
const WEIGHT = 512;

export interface Domain0 {
  readonly domain: NativeDomain;
  readonly platform: Platform;
  readonly toolstack: Toolstack;
}

export const createDomain0 = (xen: Xen): Domain0 => {
  const domain = new NativeDomain(xen, CONTROL_DOMAIN, 'Domain-0', WEIGHT);
  const platform = platformOf(domain);
  const toolstack = new Toolstack({
    hypervisor: pvHypervisor(xen),
    platform,
    console: (...args) => new ConsoleBack(...args),
    disk: (place, store) => new BlockBack(place, store),
    network: (place, port) => new NetBack(place, port),
  });
  return { domain, platform, toolstack };
};
