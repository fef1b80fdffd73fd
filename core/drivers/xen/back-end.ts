/**
 * The life of a back end: it follows the state its front end writes to the store, and writes its own.
 *
 *   front   Initialising ──────────► Initialised/Connected ──► Closing ──► Closed
 *   back    InitWait (features) ───► Connected (ring mapped) ► Closing ──► Closed ─► (offline: nodes removed)
 */
import { BusState } from '../../abi/xen/store.table.ts';
import type { LocalStore, MappedPage, Platform } from '../../seams/platform.ts';

const MOST_U32 = 0xffff_ffff;

/** What a kind of device does at its transitions. */
export interface Device {
  /** Writes its features; the front end reads them next. */
  announce(): void;
  /** Maps rings and binds the port; a sentence says why it cannot. */
  connect(): string | undefined;
  /** Gives everything back that {@link connect} took; also when it had only part of it. */
  disconnect(): void;
}

export interface BackPlace {
  readonly platform: Platform;
  readonly store: LocalStore;
  /** Number of the domain with the front end, and the two directories. */
  readonly frontDomain: number;
  readonly frontPath: string;
  readonly backPath: string;
}

export class BackEnd {
  private connected = false;
  private closed = false;
  private readonly releaseWatch: () => void;
  /** Why the device last failed to connect. */
  problem: string | undefined;

  constructor(
    private readonly place: BackPlace,
    private readonly device: Device,
  ) {
    this.device.announce();
    this.enter(BusState.InitWait);
    this.releaseWatch = place.store.watch(`${place.frontPath}/state`, () => this.follow());
  }

  private enter(state: number): void {
    this.place.store.write(`${this.place.backPath}/state`, String(state));
  }

  private get state(): number {
    return Number(this.place.store.read(`${this.place.backPath}/state`) ?? BusState.Unknown);
  }

  private follow(): void {
    if (this.closed) return;
    switch (Number(this.place.store.read(`${this.place.frontPath}/state`) ?? BusState.Unknown)) {
      case BusState.Initialising:
        // A front end that comes back (a restored or rebooted driver) starts from the beginning.
        if (this.connected || this.state === BusState.Closed || this.state === BusState.Closing) {
          this.drop();
          this.device.announce();
          this.enter(BusState.InitWait);
        }
        return;
      case BusState.Initialised:
      case BusState.Connected:
        if (!this.connected) this.connect();
        return;
      case BusState.Closing:
        this.drop();
        this.enter(BusState.Closing);
        return;
      case BusState.Closed:
      case BusState.Unknown:
        this.drop();
        if (this.state !== BusState.Closed) this.enter(BusState.Closed);
        return;
      default:
        return;
    }
  }

  private connect(): void {
    this.problem = this.device.connect();
    if (this.problem !== undefined) {
      this.device.disconnect();
      this.place.store.write(`${this.place.backPath}/error`, this.problem);
      this.enter(BusState.Closing);
      return;
    }
    this.connected = true;
    this.enter(BusState.Connected);
  }

  private drop(): void {
    if (this.connected) this.device.disconnect();
    this.connected = false;
  }

  /** The front end broke the protocol, or the medium is gone: its device ends. */
  fail(problem: string): void {
    this.problem = problem;
    this.drop();
    this.enter(BusState.Closing);
  }

  /** The domain or the device ends; afterwards this object does nothing. */
  close(): void {
    if (this.closed) return;
    this.drop();
    this.closed = true;
    this.releaseWatch();
  }
}

/** Writes nodes of the back end's directory, for the front end to read. */
export const publish = (place: BackPlace, nodes: Readonly<Record<string, string | number>>): void => {
  for (const [name, value] of Object.entries(nodes)) place.store.write(`${place.backPath}/${name}`, String(value));
};

/** A number that the front end wrote; undefined if it is none or out of range. */
export const frontNumber = (place: BackPlace, name: string, most: number): number | undefined => {
  const text = place.store.read(`${place.frontPath}/${name}`);
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
};

/**
 * What a back end takes to connect: pages of the front end and a port to it, given back together. Each is named by a node that
 * the front end wrote; a sentence says why it cannot be had.
 */
export class Link {
  private readonly pages: MappedPage[] = [];
  private bound: number | undefined;

  constructor(private readonly place: BackPlace) {}

  /** Maps the page whose grant reference stands in `name`. */
  map(name: string): MappedPage | string {
    const reference = frontNumber(this.place, name, MOST_U32);
    if (reference === undefined) return `the front end wrote no ${name}`;
    return this.hold(this.place.platform.foreign.map(this.place.frontDomain, reference, 'write'), `${name} ${reference}`);
  }

  /** Maps a frame of the front end's own, of which no grant speaks, to read. */
  mapFrame(frame: number): MappedPage | string {
    return this.hold(this.place.platform.foreign.mapFrame(this.place.frontDomain, frame, 'read'), `frame ${frame}`);
  }

  private hold(page: MappedPage | number, what: string): MappedPage | string {
    if (typeof page === 'number') return `${what} cannot be mapped (${page})`;
    this.pages.push(page);
    return page;
  }

  /** Binds the port of which `name` speaks; at most one at a time. */
  bind(name: string): number | string {
    const remote = frontNumber(this.place, name, MOST_U32);
    if (remote === undefined) return `the front end wrote no ${name}`;
    const port = this.place.platform.events.bind(this.place.frontDomain, remote);
    if (port < 0) return `${name} ${remote} cannot be bound (${port})`;
    this.bound = port;
    return port;
  }

  /** Tells the front end, if there is a port to it. */
  notify(): void {
    if (this.bound !== undefined) this.place.platform.events.notify(this.bound);
  }

  /** Gives back what was mapped and bound, as much as there is. */
  release(): void {
    if (this.bound !== undefined) this.place.platform.events.close(this.bound);
    this.bound = undefined;
    for (const page of this.pages.splice(0)) page.unmap();
  }
}
