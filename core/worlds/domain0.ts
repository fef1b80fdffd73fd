/** A control and driver domain over any Xen: a native domain, its platform, its drivers, and the toolstack that lives in it. */
import { Toolstack } from '../control/toolstack.ts';
import { BlockBack } from '../drivers/block/back.ts';
import { ConsoleBack } from '../drivers/console/back.ts';
import { type DiscoverOptions, discover, type FoundDevices } from '../drivers/discover.ts';
import { NetBack } from '../drivers/net/back.ts';
import { pvHypervisor } from '../hypervisors/xen/hypervisor.ts';
import { NativeDomain } from '../hypervisors/xen/native/domain.ts';
import { driverAccessOf } from '../hypervisors/xen/native/driver-access.ts';
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
  /** `listener` is called, in the domain's time, with the devices its drivers have found; at once if they have them already. */
  whenReady(listener: (found: FoundDevices) => void): void;
}

export const createDomain0 = (xen: Xen, drivers: DiscoverOptions): Domain0 => {
  const domain = new NativeDomain(xen, CONTROL_DOMAIN, 'Domain-0', WEIGHT);
  const platform = platformOf(domain);
  const toolstack = new Toolstack({
    hypervisor: pvHypervisor(xen),
    platform,
    console: (...args) => new ConsoleBack(...args),
    disk: (place, store) => new BlockBack(place, store),
    network: (place, port) => new NetBack(place, port),
  });
  let found: FoundDevices | undefined;
  const waiting: ((found: FoundDevices) => void)[] = [];
  platform.schedule(0, () =>
    discover(platform, driverAccessOf(domain), drivers, (devices) => {
      found = devices;
      for (const listener of waiting.splice(0)) listener(devices);
    }),
  );
  return {
    domain,
    platform,
    toolstack,
    whenReady: (listener) => {
      if (found === undefined) waiting.push(listener);
      else listener(found);
    },
  };
};
