/** Plugging devices: the nodes by which a front end and a back end find each other, and their end. */

import { xvdNumber } from '../abi/xen/rings.table.ts';
import { BusState } from '../abi/xen/store.table.ts';
import type { LocalStore, Platform } from '../seams/platform.ts';
import { domainRoot } from './nodes.ts';

/** Where a back end lives; handed to its constructor. */
export interface DevicePlace {
  readonly platform: Platform;
  readonly store: LocalStore;
  readonly frontDomain: number;
  readonly frontPath: string;
  readonly backPath: string;
}

const formatMac = (mac: Uint8Array): string => [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

/** Writes both directories; the front end starts when it sees its own. */
const plug = (
  store: LocalStore,
  platform: Platform,
  domain: number,
  kind: string,
  number: number,
  nodes: { front: Record<string, string | number>; back: Record<string, string | number> },
): DevicePlace => {
  const frontPath = `${domainRoot(domain)}/device/${kind}/${number}`;
  const backPath = `${domainRoot(platform.domain)}/backend/${kind}/${domain}/${number}`;
  const writeAll = (path: string, values: Record<string, string | number>, permissions: readonly string[]): void => {
    store.write(path, '');
    store.setPermissions(path, permissions);
    for (const [name, value] of Object.entries(values)) {
      store.write(`${path}/${name}`, String(value));
      store.setPermissions(`${path}/${name}`, permissions);
    }
  };
  const back = { frontend: frontPath, 'frontend-id': domain, online: 1, state: BusState.Initialising, ...nodes.back };
  writeAll(backPath, back, [`n${platform.domain}`, `r${domain}`]);
  const front = { backend: backPath, 'backend-id': platform.domain, ...nodes.front, state: BusState.Initialising };
  writeAll(frontPath, front, [`n${domain}`, `r${platform.domain}`]);
  return { platform, store, frontDomain: domain, frontPath, backPath };
};

/** The `index`th disk of a domain: xvda, xvdb, ... */
export const plugDisk = (
  store: LocalStore,
  platform: Platform,
  domain: number,
  index: number,
  readOnly: boolean,
): DevicePlace => {
  const number = xvdNumber(index);
  const name = `xvd${String.fromCharCode(97 + index)}`;
  return plug(store, platform, domain, 'vbd', number, {
    front: { 'virtual-device': number, 'device-type': 'disk' },
    back: { dev: name, mode: readOnly ? 'r' : 'w', type: 'phy', removable: 0, bootable: 1, 'device-type': 'disk' },
  });
};

export const plugNetwork = (store: LocalStore, platform: Platform, domain: number, index: number, mac: Uint8Array): DevicePlace =>
  plug(store, platform, domain, 'vif', index, {
    front: { handle: index, mac: formatMac(mac), mtu: 1500 },
    back: { handle: index, mac: formatMac(mac), type: 'vif', 'hotplug-status': 'connected' },
  });

/** A screen and its keyboard are two devices. */
export const plugScreen = (
  store: LocalStore,
  platform: Platform,
  domain: number,
): { screen: DevicePlace; keyboard: DevicePlace } => ({
  screen: plug(store, platform, domain, 'vfb', 0, { front: {}, back: {} }),
  keyboard: plug(store, platform, domain, 'vkbd', 0, { front: {}, back: {} }),
});

/** The directories of a device that was closed go. */
export const unplug = (store: LocalStore, place: DevicePlace): void => {
  store.remove(place.frontPath);
  store.remove(place.backPath);
  // The last device of its kind takes the domain's directory among the back ends with it.
  const directory = place.backPath.slice(0, place.backPath.lastIndexOf('/'));
  if (store.list(directory)?.length === 0) store.remove(directory);
};
