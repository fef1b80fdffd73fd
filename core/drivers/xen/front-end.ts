/**
 * The life of a front end: it follows the state its back end writes to the store, and writes its own.
 *
 *   back    InitWait (features) ───► Connected ──► Closing ──► Closed
 *   front   Initialised (rings) ───► Connected ──► Closed
 */
import { BusState } from '../../abi/xen/store.table.ts';
import type { EventPorts, OwnPages, Platform } from '../../seams/platform.ts';
import type { StoreClient } from './store-client.ts';

/** What a front end works with: the time of its own domain, and events and grants of the layer its back end is in. */
export interface FrontPlatform extends Pick<Platform, 'now' | 'schedule'> {
  readonly events: EventPorts;
  readonly own: OwnPages;
}

/** What a kind of device does at its transitions. */
export interface FrontDevice {
  /** Makes rings and a port for the domain of the back end: the nodes that name them; undefined: it cannot. */
  publish(backDomain: number): Readonly<Record<string, string | number>> | undefined;
  /** Nodes of the back end that {@link connected} wants to know. */
  readonly wanted: readonly string[];
  /** The back end works; called once. */
  connected(backNodes: Readonly<Record<string, string | undefined>>): void;
  /** The back end is gone: what was asked of it is not answered any more. */
  lost(): void;
}

export class FrontEnd {
  private backPath = '';
  private backDomain = 0;
  private stage: 'waiting' | 'published' | 'connected' | 'closed' = 'waiting';

  /** @param path directory of the device, relative to that of the domain */
  constructor(
    private readonly store: StoreClient,
    private readonly path: string,
    private readonly device: FrontDevice,
  ) {
    store.readAll(path, ['backend', 'backend-id'], (nodes) => {
      if (nodes.backend === undefined) return;
      this.backPath = nodes.backend;
      this.backDomain = Number(nodes['backend-id'] ?? 0);
      store.watch(`${this.backPath}/state`, () =>
        store.read(`${this.backPath}/state`, (state) => this.follow(Number(state ?? BusState.Unknown))),
      );
    });
  }

  private enter(state: number): void {
    this.store.write(`${this.path}/state`, String(state));
  }

  private follow(state: number): void {
    switch (state) {
      case BusState.InitWait:
        if (this.stage === 'waiting') this.publish();
        return;
      case BusState.Connected:
        if (this.stage === 'published') this.connect();
        return;
      case BusState.Closing:
      case BusState.Closed:
        if (this.stage === 'closed') return;
        this.stage = 'closed';
        this.device.lost();
        this.enter(BusState.Closed);
        return;
      default:
        return;
    }
  }

  private publish(): void {
    const nodes = this.device.publish(this.backDomain);
    if (nodes === undefined) {
      this.enter(BusState.Closed);
      return;
    }
    this.stage = 'published';
    this.store.writeAll(this.path, { ...nodes, state: BusState.Initialised }, (ok) => {
      if (!ok) this.enter(BusState.Closed);
    });
  }

  private connect(): void {
    this.stage = 'connected';
    this.store.readAll(this.backPath, this.device.wanted, (nodes) => {
      this.device.connected(nodes);
      this.enter(BusState.Connected);
    });
  }
}
