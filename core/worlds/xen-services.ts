/** What a Xen provider's control domain does for one container: the store, the console, disks and network cards. */
import { RESERVED_GRANTS } from '../abi/xen/grants.table.ts';
import { Bug } from '../base/bug.ts';
import { plugDisk, plugNetwork } from '../control/devices.ts';
import { writeDomainNodes } from '../control/nodes.ts';
import { localStore } from '../control/store/local.ts';
import { RingConnection } from '../control/store/ring-connection.ts';
import { StoreServer } from '../control/store/server.ts';
import { BlockBack } from '../drivers/block/back.ts';
import { ConsoleBack } from '../drivers/console/back.ts';
import { NetBack } from '../drivers/net/back.ts';
import type { HvmGuest } from '../hypervisors/xen/hvm/flavour.ts';
import type { LocalStore, MappedPage } from '../seams/platform.ts';
import type { ByteStream } from '../seams/plugs.ts';
import type { Furnishing } from './outfit.ts';

export interface Services {
  readonly store: LocalStore;
  readonly disks: readonly BlockBack[];
  readonly networks: readonly NetBack[];
}

const PAGE = 4096;
const silent: ByteStream = { write: () => {}, onData: () => {} };

export function serveContainer(guest: HvmGuest, furnishing: Furnishing, uuid: Uint8Array): Services {
  const { platform, rings, id } = guest;
  const server = new StoreServer();
  const store = localStore(server, platform);
  store.write('/local/domain/0/name', 'Domain-0');
  store.write('/local/domain/0/domid', '0');
  const pages = furnishing.memoryBytes / PAGE;
  writeDomainNodes(
    store,
    { id, rings },
    {
      name: furnishing.name,
      uuid,
      pages,
      maximumPages: pages,
      vcpus: furnishing.cpus,
      commandLine: '',
      weight: 256,
      cap: 0,
      affinity: undefined,
    },
    furnishing.cpus,
  );
  const page = (reference: number): MappedPage => {
    const mapped = platform.foreign.map(id, reference, 'write');
    if (typeof mapped === 'number') throw new Bug(`the container's page ${reference} cannot be mapped (${mapped})`);
    return mapped;
  };
  new RingConnection(id, server, platform, page(RESERVED_GRANTS.store), platform.events.bind(id, rings.store.port));
  const consolePort = platform.events.bind(id, rings.console.port);
  new ConsoleBack(platform, page(RESERVED_GRANTS.console), consolePort, furnishing.console ?? silent);
  server.introduce(id);
  return {
    store,
    disks: furnishing.disks.map(
      ({ store: disk }, index) => new BlockBack(plugDisk(store, platform, id, index, disk.readOnly), disk),
    ),
    networks: furnishing.networks.map(({ port, mac }, index) => new NetBack(plugNetwork(store, platform, id, index, mac), port)),
  };
}
