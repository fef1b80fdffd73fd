/**
 * The life of a back end: it follows the state its front end writes to the store, and writes its own.
 *
 *   front   Initialising ──────────► Initialised/Connected ──► Closing ──► Closed
 *   back    InitWait (features) ───► Connected (ring mapped) ► Closing ──► Closed ─► (offline: nodes removed)
 */
import { BusState } from '../../abi/xen/store.table.ts';
import type { LocalStore, MappedPage, Platform } from '../../seams/platform.ts';

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

/** A number that the front end wrote; undefined if it is none or out of range. */
export const frontNumber = (place: BackPlace, name: string, most: number): number | undefined => {
  const text = place.store.read(`${place.frontPath}/${name}`);
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
};

/** Maps the ring page whose reference the front end wrote to `name`; a sentence if it cannot be. */
export const mapRing = (place: BackPlace, name: string): MappedPage | string => {
  const reference = frontNumber(place, name, 0xffff_ffff);
  if (reference === undefined) return `the front end wrote no ${name}`;
  const page = place.platform.foreign.map(place.frontDomain, reference, 'write');
  return typeof page === 'number' ? `${name} ${reference} cannot be mapped (${page})` : page;
};

/** Binds the port that the front end wrote to `name`; a sentence if it cannot be. */
export const bindPort = (place: BackPlace, name: string): number | string => {
  const remote = frontNumber(place, name, 0xffff_ffff);
  if (remote === undefined) return `the front end wrote no ${name}`;
  const port = place.platform.events.bind(place.frontDomain, remote);
  return port < 0 ? `${name} ${remote} cannot be bound (${port})` : port;
};
