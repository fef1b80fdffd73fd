/** The store daemon: one store, its watches, and what a request of a domain means. Connections bring requests. */
import { STORE_PAYLOAD_MAX, type StoreError, StoreType } from '../../abi/xen/store.table.ts';
import { absolutePath, domainPath } from './paths.ts';
import { CONTROL_DOMAIN, formatPermission, parsePermissions } from './permissions.ts';
import { Store, type StoreResult, type Transaction } from './store.ts';
import { type Watcher, Watches } from './watches.ts';

/** Payload of the answer, or the name of an error. */
export type Answer = { readonly payload: string } | { readonly error: StoreError };

const OK: Answer = { payload: 'OK\0' };
const fail = (error: StoreError): Answer => ({ error });
const done = (result: StoreResult<unknown>): Answer => ('error' in result ? result : OK);

/** Strings that end with zero bytes; undefined if the last does not. */
const strings = (payload: string): string[] | undefined =>
  payload.endsWith('\0') ? payload.slice(0, -1).split('\0') : undefined;

export class StoreServer {
  readonly store: Store;
  readonly watches = new Watches();
  /** Domains that were introduced. */
  private readonly introduced = new Set<number>();

  constructor() {
    this.store = new Store((path, before, now) => this.watches.fire(path, before, now));
    for (const path of ['/local', '/local/domain', '/vm', '/tool']) this.store.makeDirectory(CONTROL_DOMAIN, path);
  }

  introduce(domain: number): void {
    this.introduced.add(domain);
    this.watches.fireSpecial('@introduceDomain');
  }

  /** The domain is gone. */
  release(domain: number): void {
    this.introduced.delete(domain);
    this.store.forget(domain);
    this.watches.fireSpecial('@releaseDomain');
  }

  /** Serves one request; `watcher` is the connection it came by. */
  serve(watcher: Watcher, type: number, transactionId: number, payload: string): Answer {
    const { domain } = watcher;
    let transaction: Transaction | undefined;
    if (transactionId !== 0 && type !== StoreType.TRANSACTION_START) {
      transaction = this.store.transaction(domain, transactionId);
      if (transaction === undefined) return fail('ENOENT');
    }
    switch (type) {
      case StoreType.WRITE:
        return this.write(domain, payload, transaction);
      case StoreType.TRANSACTION_START:
        return this.begin(domain, transactionId);
      case StoreType.TRANSACTION_END:
        return this.end(transaction, payload);
      case StoreType.RESET_WATCHES:
        this.watches.removeAll(watcher);
        return OK;
      case StoreType.INTRODUCE:
      case StoreType.RELEASE:
      case StoreType.RESUME:
      case StoreType.SET_TARGET:
      case StoreType.CONTROL:
        // The toolstack is in the same program and calls directly; no domain may do this over the wire.
        return fail('EACCES');
    }
    const words = strings(payload);
    return words === undefined ? fail('EINVAL') : this.serveWords(watcher, type, words, transaction);
  }

  private serveWords(watcher: Watcher, type: number, words: readonly string[], transaction: Transaction | undefined): Answer {
    const { domain } = watcher;
    const [first = '', second = ''] = words;
    if (type === StoreType.GET_DOMAIN_PATH)
      return /^\d{1,5}$/.test(first) ? { payload: `${domainPath(Number(first))}\0` } : fail('EINVAL');
    if (type === StoreType.IS_DOMAIN_INTRODUCED) return { payload: this.introduced.has(Number(first)) ? 'T\0' : 'F\0' };
    const path = absolutePath(first, domain, type === StoreType.WATCH || type === StoreType.UNWATCH);
    if (path === undefined) return fail('EINVAL');
    switch (type) {
      case StoreType.READ: {
        const result = this.store.read(domain, path, transaction);
        return 'error' in result ? result : { payload: result.ok };
      }
      case StoreType.DIRECTORY:
        return this.directory(domain, path, transaction);
      case StoreType.DIRECTORY_PART:
        return this.directoryPart(domain, path, Number(second), transaction);
      case StoreType.MKDIR:
        return done(this.store.makeDirectory(domain, path, transaction));
      case StoreType.RM:
        return done(this.store.remove(domain, path, transaction));
      case StoreType.GET_PERMS: {
        const result = this.store.permissions(domain, path, transaction);
        return 'error' in result
          ? result
          : { payload: result.ok.map((permission) => `${formatPermission(permission)}\0`).join('') };
      }
      case StoreType.SET_PERMS: {
        const permissions = parsePermissions(words.slice(1), domain !== CONTROL_DOMAIN);
        return permissions === undefined
          ? fail('EINVAL')
          : done(this.store.setPermissions(domain, path, permissions, transaction));
      }
      case StoreType.WATCH: {
        const error = words.length < 2 ? 'EINVAL' : this.watches.add(watcher, first, path, second);
        return error === undefined ? OK : fail(error);
      }
      case StoreType.UNWATCH:
        return this.watches.remove(watcher, path, second) ? OK : fail('ENOENT');
      default:
        return fail('ENOSYS');
    }
  }

  private write(domain: number, payload: string, transaction: Transaction | undefined): Answer {
    const end = payload.indexOf('\0');
    const path = end === -1 ? undefined : absolutePath(payload.slice(0, end), domain);
    return path === undefined ? fail('EINVAL') : done(this.store.write(domain, path, payload.slice(end + 1), transaction));
  }

  private directory(domain: number, path: string, transaction: Transaction | undefined): Answer {
    const result = this.store.list(domain, path, transaction);
    if ('error' in result) return result;
    const payload = result.ok.names.map((name) => `${name}\0`).join('');
    return payload.length > STORE_PAYLOAD_MAX ? fail('E2BIG') : { payload };
  }

  /** Part of a long list: the generation, then names from `offset` on; an empty name ends the last part. */
  private directoryPart(domain: number, path: string, offset: number, transaction: Transaction | undefined): Answer {
    const result = this.store.list(domain, path, transaction);
    if ('error' in result) return result;
    const all = result.ok.names.map((name) => `${name}\0`).join('');
    if (!(offset >= 0 && offset <= all.length)) return fail('EINVAL');
    const head = `${result.ok.generation}\0`;
    let part = all.slice(offset, offset + STORE_PAYLOAD_MAX - head.length - 1);
    if (offset + part.length < all.length) part = part.slice(0, part.lastIndexOf('\0') + 1);
    else part += '\0';
    return { payload: head + part };
  }

  private begin(domain: number, transactionId: number): Answer {
    if (transactionId !== 0) return fail('EBUSY');
    const result = this.store.begin(domain);
    return 'error' in result ? result : { payload: `${result.ok.id}\0` };
  }

  private end(transaction: Transaction | undefined, payload: string): Answer {
    if (payload !== 'T\0' && payload !== 'F\0') return fail('EINVAL');
    return transaction === undefined ? fail('ENOENT') : done(this.store.end(transaction, payload === 'T\0'));
  }
}
