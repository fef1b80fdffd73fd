/**
 * Who wants to know of changes where. A watch covers a node and all below it; it fires once when it is made, and for every
 * change of a covered node that its owner may read. A watch by a relative path reports relative paths.
 */
import { STORE_QUOTA, type StoreError } from '../../abi/xen/store.table.ts';
import { domainPath } from './paths.ts';
import { allows, CONTROL_DOMAIN } from './permissions.ts';
import { isBelow, type Node, walk } from './tree.ts';

/** Whoever gets events. */
export interface Watcher {
  readonly domain: number;
  event(path: string, token: string): void;
}

interface Watch {
  readonly watcher: Watcher;
  readonly path: string;
  readonly token: string;
  /** Cut off reported paths. */
  readonly prefix: string;
}

export class Watches {
  private readonly watches: Watch[] = [];

  get count(): number {
    return this.watches.length;
  }

  countOf(watcher: Watcher): number {
    return this.watches.filter((watch) => watch.watcher === watcher).length;
  }

  /** @param path absolute form of `given` */
  add(watcher: Watcher, given: string, path: string, token: string): StoreError | undefined {
    if (this.watches.some((watch) => watch.watcher === watcher && watch.path === path && watch.token === token)) return 'EEXIST';
    if (watcher.domain !== CONTROL_DOMAIN && this.countOf(watcher) >= STORE_QUOTA.watches) return 'E2BIG';
    const relative = !given.startsWith('/') && !given.startsWith('@');
    this.watches.push({ watcher, path, token, prefix: relative ? `${domainPath(watcher.domain)}/` : '' });
    watcher.event(given, token);
    return undefined;
  }

  remove(watcher: Watcher, path: string, token: string): boolean {
    const at = this.watches.findIndex((watch) => watch.watcher === watcher && watch.path === path && watch.token === token);
    if (at !== -1) this.watches.splice(at, 1);
    return at !== -1;
  }

  removeAll(watcher: Watcher): void {
    for (let index = this.watches.length - 1; index >= 0; index--)
      if (this.watches[index]?.watcher === watcher) this.watches.splice(index, 1);
  }

  /** A node changed: it was made, written, its permissions set, or it was removed with all below it. */
  fire(path: string, before: Node | undefined, now: Node | undefined): void {
    for (const watch of [...this.watches]) {
      if (isBelow(path, watch.path)) this.report(watch, path, now ?? before);
      else if (now === undefined && before !== undefined && isBelow(watch.path, path)) this.reportRemoved(watch, path, before);
    }
  }

  /** @introduceDomain and @releaseDomain. */
  fireSpecial(name: string): void {
    for (const watch of [...this.watches]) if (watch.path === name) watch.watcher.event(name, watch.token);
  }

  private reportRemoved(watch: Watch, top: string, before: Node): void {
    for (const { path, node } of walk(before, top)) if (path === watch.path) this.report(watch, path, node);
  }

  private report(watch: Watch, path: string, node: Node | undefined): void {
    if (node !== undefined && !allows(node.permissions, watch.watcher.domain, 'read')) return;
    watch.watcher.event(path.startsWith(watch.prefix) ? path.slice(watch.prefix.length) : path, watch.token);
  }
}
