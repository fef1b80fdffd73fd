/**
 * The configuration store: nodes with permissions and quotas, transactions, and news for those who watch.
 * It knows domains by number only; how they reach it (a ring, a call) is the business of its connections.
 */
import { STORE_QUOTA, type StoreError } from '../../abi/xen/store.table.ts';
import { allows, CONTROL_DOMAIN, isOwner, type Permissions, withoutDomain } from './permissions.ts';
import { find, type Node, nearest, parentPath, pathParts, replace } from './tree.ts';

export type StoreResult<T> = { readonly ok: T } | { readonly error: StoreError };
const ok = <T>(value: T): StoreResult<T> => ({ ok: value });
const fail = (error: StoreError): { error: StoreError } => ({ error });

/** One thing a transaction did, to be repeated at its end. */
type Change =
  | { readonly kind: 'write'; readonly path: string; readonly value: string }
  | { readonly kind: 'mkdir'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'permissions'; readonly path: string; readonly permissions: Permissions };

export interface Transaction {
  readonly id: number;
  readonly domain: number;
  readonly base: Node;
  root: Node;
  readonly changes: Change[];
  /** Paths whose state it depends on. */
  readonly touched: Set<string>;
}

/** Told of changes that took effect; `removed` is what was there, `exact` that nothing above is concerned. */
export type ChangeListener = (path: string, before: Node | undefined, now: Node | undefined) => void;

/** Each once, in the order in which they were first changed. */
const changedPaths = (transaction: Transaction): string[] => [...new Set(transaction.changes.map((change) => change.path))];

const EMPTY: ReadonlyMap<string, Node> = new Map();

export class Store {
  private root: Node = {
    value: '',
    children: EMPTY,
    permissions: [{ domain: CONTROL_DOMAIN, read: true, write: false }],
    generation: 0,
  };
  private generation = 0;
  private readonly transactions = new Map<number, Transaction>();
  private lastTransaction = 0;
  private readonly counts = new Map<number, number>();

  constructor(private readonly changed: ChangeListener) {}

  /** Nodes that `domain` owns. */
  nodesOf(domain: number): number {
    return this.counts.get(domain) ?? 0;
  }

  /** Nodes of all domains. */
  get nodes(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get openTransactions(): number {
    return this.transactions.size;
  }

  /** Looks at a node without permission check or transaction; for watches. */
  peek(path: string): Node | undefined {
    return find(this.root, path);
  }

  private view(path: string, transaction: Transaction | undefined): Node | undefined {
    transaction?.touched.add(path);
    return find(transaction?.root ?? this.root, path);
  }

  /** The node, if `domain` has the right to it. What it may not know of looks forbidden, not absent. */
  private node(domain: number, path: string, right: 'read' | 'write', transaction?: Transaction): StoreResult<Node> {
    const node = this.view(path, transaction);
    if (node !== undefined) return allows(node.permissions, domain, right) ? ok(node) : fail('EACCES');
    const above = nearest(transaction?.root ?? this.root, path);
    return allows(above.node.permissions, domain, 'read') ? fail('ENOENT') : fail('EACCES');
  }

  read(domain: number, path: string, transaction?: Transaction): StoreResult<string> {
    const result = this.node(domain, path, 'read', transaction);
    return 'ok' in result ? ok(result.ok.value) : result;
  }

  list(domain: number, path: string, transaction?: Transaction): StoreResult<{ names: readonly string[]; generation: number }> {
    const result = this.node(domain, path, 'read', transaction);
    return 'ok' in result ? ok({ names: [...result.ok.children.keys()], generation: result.ok.generation }) : result;
  }

  permissions(domain: number, path: string, transaction?: Transaction): StoreResult<Permissions> {
    const result = this.node(domain, path, 'read', transaction);
    return 'ok' in result ? ok(result.ok.permissions) : result;
  }

  write(domain: number, path: string, value: string, transaction?: Transaction): StoreResult<undefined> {
    if (domain !== CONTROL_DOMAIN && value.length > STORE_QUOTA.valueSize) return fail('ENOSPC');
    return this.change(domain, { kind: 'write', path, value }, transaction);
  }

  makeDirectory(domain: number, path: string, transaction?: Transaction): StoreResult<undefined> {
    if (this.view(path, transaction) !== undefined) return ok(undefined);
    return this.change(domain, { kind: 'mkdir', path }, transaction);
  }

  remove(domain: number, path: string, transaction?: Transaction): StoreResult<undefined> {
    if (path === '/') return fail('EINVAL');
    if (this.view(path, transaction) === undefined) {
      return this.view(parentPath(path), transaction) === undefined ? fail('ENOENT') : ok(undefined);
    }
    return this.change(domain, { kind: 'remove', path }, transaction);
  }

  setPermissions(domain: number, path: string, permissions: Permissions, transaction?: Transaction): StoreResult<undefined> {
    const node = this.view(path, transaction);
    if (node === undefined) return this.node(domain, path, 'write', transaction) as { error: StoreError };
    if (!isOwner(node.permissions, domain)) return fail('EACCES');
    if (domain !== CONTROL_DOMAIN && permissions[0].domain !== domain) return fail('EPERM');
    return this.change(domain, { kind: 'permissions', path, permissions }, transaction);
  }

  private change(domain: number, change: Change, transaction: Transaction | undefined): StoreResult<undefined> {
    transaction?.touched.add(change.path);
    const before = transaction?.root ?? this.root;
    const applied = this.apply(before, domain, change);
    if ('error' in applied) return applied;
    if (transaction === undefined) this.commit(before, applied.ok, [change.path]);
    else {
      if (domain !== CONTROL_DOMAIN && transaction.changes.length >= STORE_QUOTA.transactionNodes) return fail('ENOSPC');
      transaction.root = applied.ok;
      transaction.changes.push(change);
    }
    return ok(undefined);
  }

  /** `root` after `change` by `domain`. */
  private apply(root: Node, domain: number, change: Change): StoreResult<Node> {
    const node = find(root, change.path);
    const generation = ++this.generation;
    if (node === undefined)
      return change.kind === 'remove'
        ? ok(root)
        : this.create(root, domain, change.path, change.kind === 'write' ? change.value : '');
    if (change.kind === 'permissions')
      return ok(replace(root, change.path, { ...node, permissions: change.permissions, generation }, generation));
    if (!allows(node.permissions, domain, 'write')) return fail('EACCES');
    if (change.kind === 'mkdir') return ok(root);
    return ok(
      replace(root, change.path, change.kind === 'remove' ? undefined : { ...node, value: change.value, generation }, generation),
    );
  }

  /** Makes a node and what is missing above it; permissions come from the nearest node that exists. */
  private create(root: Node, domain: number, path: string, value: string): StoreResult<Node> {
    const above = nearest(root, path);
    if (!allows(above.node.permissions, domain, 'write')) return fail('EACCES');
    const missing = pathParts(path).slice(pathParts(above.path).length);
    if (domain !== CONTROL_DOMAIN && this.nodesOf(domain) + missing.length > STORE_QUOTA.nodes) return fail('ENOSPC');
    const [first, ...others] = above.node.permissions;
    const owner = domain === CONTROL_DOMAIN ? first : { ...first, domain };
    const generation = this.generation;
    let made: Node = { value, children: EMPTY, permissions: [owner, ...others], generation };
    for (const name of missing.slice(1).reverse()) {
      made = { value: '', children: new Map([[name, made]]), permissions: [owner, ...others], generation };
    }
    const top = above.path === '/' ? `/${missing[0]}` : `${above.path}/${missing[0]}`;
    return ok(replace(root, top, made, generation));
  }

  private commit(before: Node, after: Node, paths: readonly string[]): void {
    this.root = after;
    this.recount(before, after);
    for (const path of paths) {
      const old = find(before, path);
      const now = find(after, path);
      if (old !== now) this.changed(path, old, now);
    }
  }

  /** Keeps the number of nodes per owner; what both trees share is equal and not looked at. */
  private recount(before: Node | undefined, after: Node | undefined): void {
    if (before === after) return;
    if (before !== undefined) this.add(before, -1);
    if (after !== undefined) this.add(after, 1);
    for (const [name, child] of before?.children ?? EMPTY) this.recount(child, after?.children.get(name));
    for (const [name, child] of after?.children ?? EMPTY) if (!before?.children.has(name)) this.recount(undefined, child);
  }

  private add(node: Node, by: number): void {
    const owner = node.permissions[0].domain;
    const count = (this.counts.get(owner) ?? 0) + by;
    if (count === 0) this.counts.delete(owner);
    else this.counts.set(owner, count);
  }

  // Transactions.

  begin(domain: number): StoreResult<Transaction> {
    const open = [...this.transactions.values()].filter((transaction) => transaction.domain === domain).length;
    if (domain !== CONTROL_DOMAIN && open >= STORE_QUOTA.transactions) return fail('ENOSPC');
    do this.lastTransaction = (this.lastTransaction % 0x7fff_ffff) + 1;
    while (this.transactions.has(this.lastTransaction));
    const transaction: Transaction = {
      id: this.lastTransaction,
      domain,
      base: this.root,
      root: this.root,
      changes: [],
      touched: new Set(),
    };
    this.transactions.set(transaction.id, transaction);
    return ok(transaction);
  }

  /** The transaction of that number, if it is the domain's. */
  transaction(domain: number, id: number): Transaction | undefined {
    const transaction = this.transactions.get(id);
    return transaction?.domain === domain ? transaction : undefined;
  }

  /** Ends a transaction: all of it takes effect, or (EAGAIN) nothing because others changed what it saw. */
  end(transaction: Transaction, commit: boolean): StoreResult<undefined> {
    this.transactions.delete(transaction.id);
    if (!commit) return ok(undefined);
    const before = this.root;
    if (before === transaction.base) {
      this.commit(before, transaction.root, changedPaths(transaction));
      return ok(undefined);
    }
    for (const path of transaction.touched) {
      if (find(before, path)?.generation !== find(transaction.base, path)?.generation) return fail('EAGAIN');
    }
    let root = before;
    for (const change of transaction.changes) {
      const applied = this.apply(root, transaction.domain, change);
      if ('error' in applied) return fail('EAGAIN');
      root = applied.ok;
    }
    this.commit(before, root, changedPaths(transaction));
    return ok(undefined);
  }

  /**
   * A domain is gone: its transactions end, and no node remembers it, lest a later domain of the same number inherit what it
   * might do (as in XSA-322). What it owned beyond its own path is the control domain's.
   */
  forget(domain: number): void {
    for (const transaction of [...this.transactions.values()])
      if (transaction.domain === domain) this.transactions.delete(transaction.id);
    const before = this.root;
    this.root = this.without(before, domain);
    this.recount(before, this.root);
  }

  /** `node` and all below it without permissions of `domain`; the same node if there are none. */
  private without(node: Node, domain: number): Node {
    const permissions = withoutDomain(node.permissions, domain);
    let children = node.children;
    for (const [name, child] of node.children) {
      const next = this.without(child, domain);
      if (next !== child) children = new Map(children).set(name, next);
    }
    if (permissions === node.permissions && children === node.children) return node;
    return { ...node, permissions, children, generation: ++this.generation };
  }
}
