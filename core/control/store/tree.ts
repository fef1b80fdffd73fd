/**
 * The tree of nodes as immutable values: a change makes new nodes along one path and shares the rest, so that a transaction
 * is no more than another root. Paths are absolute and were checked; '/' is the root.
 */
import type { Permissions } from './permissions.ts';

export interface Node {
  readonly value: string;
  readonly children: ReadonlyMap<string, Node>;
  readonly permissions: Permissions;
  /** Changes with value, permissions or set of children; tells a transaction what others changed. */
  readonly generation: number;
}

export const pathParts = (path: string): readonly string[] => (path === '/' ? [] : path.slice(1).split('/'));
export const parentPath = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));
/** True if `path` is `top` or below it. */
export const isBelow = (path: string, top: string): boolean => path === top || top === '/' || path.startsWith(`${top}/`);

export const find = (root: Node, path: string): Node | undefined => {
  let node: Node | undefined = root;
  for (const part of pathParts(path)) node = node?.children.get(part);
  return node;
};

/** The deepest node on the way to `path` that exists. */
export const nearest = (root: Node, path: string): { node: Node; path: string } => {
  let node = root;
  let at = '';
  for (const part of pathParts(path)) {
    const next = node.children.get(part);
    if (next === undefined) break;
    node = next;
    at = `${at}/${part}`;
  }
  return { node, path: at === '' ? '/' : at };
};

/** `root` with `node` at `path` (undefined: removed); all nodes on the way exist. */
export const replace = (root: Node, path: string, node: Node | undefined, generation: number): Node =>
  replaceAt(root, pathParts(path), 0, node, generation);

const replaceAt = (root: Node, parts: readonly string[], depth: number, node: Node | undefined, generation: number): Node => {
  const name = parts[depth];
  if (name === undefined) return node ?? root;
  const last = depth === parts.length - 1;
  const old = root.children.get(name);
  const next = last ? node : old && replaceAt(old, parts, depth + 1, node, generation);
  const children = new Map(root.children);
  if (next === undefined) children.delete(name);
  else children.set(name, next);
  const changed = (old === undefined) !== (next === undefined);
  return { ...root, children, generation: changed ? generation : root.generation };
};

/** Every node of a subtree with its path, the top first. */
export function* walk(node: Node, path: string): Generator<{ path: string; node: Node }> {
  yield { path, node };
  for (const [name, child] of node.children) yield* walk(child, path === '/' ? `/${name}` : `${path}/${name}`);
}
