/**
 * Control-flow graph of a unit: reverse postorder, dominators, loops; the input of structured code.
 *
 * Node 0 is the dispatcher, from which every entry can be reached. A backward edge whose target does not dominate its
 * source (an irreducible loop) becomes an edge through the dispatcher: its target is made an entry.
 * Dominators by the iterative method of Cooper, Harvey and Kennedy ("A simple, fast dominance algorithm", 2001).
 */

export interface Graph {
  /** Successors of each node; node 0's are the entries. */
  readonly successors: readonly (readonly number[])[];
  readonly entries: readonly number[];
  /** Nodes in reverse postorder; unreachable ones are absent. */
  readonly order: readonly number[];
  /** Position in `order`, -1 if unreachable. */
  readonly position: Int32Array;
  /** Immediate dominator of each node; node 0's is itself. */
  readonly dominator: Int32Array;
  /** Number of edges that reach a node from earlier in the order. */
  readonly forwardEdges: Int32Array;
  /** True where a backward edge ends. */
  readonly isLoop: readonly boolean[];
}

function reversePostorder(successors: readonly (readonly number[])[]): number[] {
  const seen = new Uint8Array(successors.length);
  const postorder: number[] = [];
  const stack: { node: number; next: number }[] = [{ node: 0, next: 0 }];
  seen[0] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top === undefined) break;
    const following = successors[top.node]?.[top.next++];
    if (following === undefined) {
      postorder.push(top.node);
      stack.pop();
    } else if (seen[following] === 0) {
      seen[following] = 1;
      stack.push({ node: following, next: 0 });
    }
  }
  return postorder.reverse();
}

function findDominators(
  order: readonly number[],
  position: Int32Array,
  predecessors: readonly (readonly number[])[],
): Int32Array {
  const dominator = new Int32Array(position.length).fill(-1);
  dominator[0] = 0;
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while ((position[x] ?? 0) > (position[y] ?? 0)) x = dominator[x] ?? 0;
      while ((position[y] ?? 0) > (position[x] ?? 0)) y = dominator[y] ?? 0;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order) {
      if (node === 0) continue;
      let best = -1;
      for (const before of predecessors[node] ?? []) {
        if ((dominator[before] ?? -1) < 0) continue;
        best = best < 0 ? before : meet(best, before);
      }
      if (dominator[node] !== best) {
        dominator[node] = best;
        changed = true;
      }
    }
  }
  return dominator;
}

function dominates(dominator: Int32Array, position: Int32Array, above: number, below: number): boolean {
  let node = below;
  while ((position[node] ?? 0) > (position[above] ?? 0)) node = dominator[node] ?? 0;
  return node === above;
}

/** `successors[n]` for nodes 1.. (index 0 is ignored); `entries` are nodes. */
export function makeGraph(edges: readonly (readonly number[])[], firstEntries: readonly number[]): Graph {
  const entries = [...firstEntries];
  for (;;) {
    const successors = [entries, ...edges.slice(1)];
    const order = reversePostorder(successors);
    const position = new Int32Array(successors.length).fill(-1);
    for (const [index, node] of order.entries()) position[node] = index;
    const predecessors: number[][] = successors.map(() => []);
    for (const node of order) for (const to of successors[node] ?? []) predecessors[to]?.push(node);
    const dominator = findDominators(order, position, predecessors);
    const forwardEdges = new Int32Array(successors.length);
    const isLoop: boolean[] = new Array(successors.length).fill(false);
    let irreducible = -1;
    for (const node of order) {
      for (const to of successors[node] ?? []) {
        if ((position[to] ?? 0) > (position[node] ?? 0)) forwardEdges[to] = (forwardEdges[to] ?? 0) + 1;
        else if (dominates(dominator, position, to, node)) isLoop[to] = true;
        else if (!entries.includes(to)) irreducible = to;
      }
    }
    if (irreducible < 0) return { successors, entries, order, position, dominator, forwardEdges, isLoop };
    entries.push(irreducible);
  }
}

/** True if `from` -> `to` goes to a loop that encloses `from`. */
export function isBackEdge(graph: Graph, from: number, to: number): boolean {
  const { position, dominator } = graph;
  return (position[to] ?? 0) <= (position[from] ?? 0) && dominates(dominator, position, to, from);
}
