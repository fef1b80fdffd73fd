/** Two domains of ours on one Xen, for tests of front ends: one with the back ends and the store, one with the front ends. */
import { domainRoot } from '../../control/nodes.ts';
import { localStore } from '../../control/store/local.ts';
import { RingConnection } from '../../control/store/ring-connection.ts';
import { StoreServer } from '../../control/store/server.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { platformOf } from '../../hypervisors/xen/native/platform.ts';
import { createXen } from '../../hypervisors/xen/testing/fixture.ts';
import type { LocalStore, MappedPage, Platform } from '../../seams/platform.ts';
import { StoreClient } from '../xen/store-client.ts';

export const FRONT_DOMAIN = 1;

export class TwoDomains {
  readonly back: Platform;
  readonly backStore: LocalStore;
  readonly front: Platform;
  readonly frontDomain: NativeDomain;
  readonly frontStore: StoreClient;
  private readonly xen = createXen().xen;
  private time = 0;

  constructor() {
    this.back = platformOf(new NativeDomain(this.xen, 0, 'back', 256));
    this.frontDomain = new NativeDomain(this.xen, FRONT_DOMAIN, 'front', 256);
    this.front = platformOf(this.frontDomain);
    const server = new StoreServer();
    this.backStore = localStore(server, this.back);
    this.backStore.write(domainRoot(FRONT_DOMAIN), '');
    this.backStore.setPermissions(domainRoot(FRONT_DOMAIN), [`n${FRONT_DOMAIN}`]);
    // The front end's side of the store: a page it grants, a port it lets the server bind.
    const page = this.front.own.allocate();
    if (page === undefined) throw new Error('there is memory for the ring');
    const port = this.front.events.allocate(0);
    const mapped = this.back.foreign.map(FRONT_DOMAIN, this.front.own.grant(0, page, 'write'), 'write');
    if (typeof mapped === 'number') throw new Error(`the ring cannot be mapped (${mapped})`);
    new RingConnection(FRONT_DOMAIN, server, this.back, mapped, this.back.events.bind(FRONT_DOMAIN, port));
    const own: MappedPage = { bytes: (access) => page.bytes(access), unmap: () => {} };
    this.frontStore = new StoreClient(own, () => this.front.events.notify(port));
    this.front.events.listen(port, () => this.frontStore.work());
  }

  /** Does `task` in the time of the front end's domain, and lets both work. */
  run(task: () => void = () => {}): void {
    this.front.schedule(0, task);
    for (let turn = 0; turn < 30; turn++) {
      this.time += 1_000_000;
      this.xen.run(0, this.time);
    }
  }

  /** Grants of the front end's domain that the other uses. */
  get grantsInUse(): number {
    return this.frontDomain.grants.inUse;
  }
}
