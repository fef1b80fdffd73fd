/**
 * What a split driver needs from the hypervisor it talks to: event ports, grants, frames of its own, time, and (for back
 * ends) the store. The same driver serves every layer because it receives one of these instead of calling anybody by name.
 */
import type { Cycles } from './addresses.ts';

/** A port is a positive number; a negative result is an errno of the table. */
export interface EventPorts {
  /** A port that `remote` may bind to. */
  allocate(remote: number): number;
  /** Binds to a port that `remote` allocated for this domain; it is pending at once. */
  bind(remote: number, remotePort: number): number;
  /** Called in this domain's own time, once for any number of notifications since the last call. At most one listener. */
  listen(port: number, listener: () => void): void;
  notify(port: number): void;
  close(port: number): void;
}

/** A page of another domain, mapped until {@link unmap}. */
export interface MappedPage {
  /** Live bytes: take them, use them, drop them; the other side may change them at any time. */
  bytes(access: 'read' | 'write'): Uint8Array;
  unmap(): void;
}

/** Use of pages that others granted. Failures are GNTST_* numbers (negative). */
export interface ForeignPages {
  map(from: number, reference: number, access: 'read' | 'write'): MappedPage | number;
  /** Maps a page of another domain that it named by frame and did not grant: what only a control domain may. */
  mapFrame(from: number, frame: number, access: 'read' | 'write'): MappedPage | number;
  /** Copies out of a granted page without mapping it; the range must lie in the page. */
  copyFrom(from: number, reference: number, offset: number, length: number): Uint8Array | number;
  /** @returns 0 or GNTST_* */
  copyTo(from: number, reference: number, offset: number, bytes: Uint8Array): number;
}

/** A page of this domain that can be granted. */
export interface OwnPage {
  /** What the layer that is told about the page calls it. */
  readonly frame: number;
  bytes(access: 'read' | 'write'): Uint8Array;
  release(): void;
}

/** Granting pages of this domain to others. */
export interface OwnPages {
  /** Undefined: no memory. */
  allocate(): OwnPage | undefined;
  grant(to: number, page: OwnPage, access: 'read' | 'write'): number;
  /** False while the other side still maps it. */
  revoke(reference: number): boolean;
}

/** The store as its own domain sees it: no wire, no waiting. Paths are absolute, values byte strings (Latin-1 text). */
export interface LocalStore {
  read(path: string): string | undefined;
  write(path: string, value: string): void;
  /** Names of the children; undefined: no such node. */
  list(path: string): readonly string[] | undefined;
  remove(path: string): void;
  /** Permissions in the wire's notation, owner first: `n0`, `r1`. */
  setPermissions(path: string, permissions: readonly string[]): void;
  /** Fires once at registration, then for every change at or below `path`; called in the domain's own time. @returns release */
  watch(path: string, listener: (path: string) => void): () => void;
}

export interface Platform {
  /** Number of the domain that holds this. */
  readonly domain: number;
  readonly events: EventPorts;
  readonly foreign: ForeignPages;
  readonly own: OwnPages;
  /** Frequency of {@link now} in Hz. */
  readonly frequency: number;
  now(): Cycles;
  /** Does `task` in this domain's own time, at `at` or soon after. @returns cancel */
  schedule(at: Cycles, task: () => void): () => void;
  /** Charges work to this domain. */
  charge(cycles: Cycles): void;
}
