/**
 * What is decided about a unit before its code is written: labels, where the budget is looked at, live flags, and the
 * loops that keep their registers in locals.
 */
import type { Block } from './discover.ts';
import { type Graph, isBackEdge } from './graph.ts';
import { Flow, type Instruction } from './instruction.ts';
import { emitterOf, flagUse, mayLeave } from './rows.ts';
import { ALL_STATUS, liveBefore } from './status-flags.ts';

/** Near the end of a budget a path is interpreted; a longer one is cut. */
const LONGEST_PATH = 160;
/** Blocks of a loop that keeps its registers. */
const LARGEST_REGION = 16;

export interface Plan {
  /** Children in the dominator tree that get a label, by reverse postorder. */
  readonly merges: readonly (readonly number[])[];
  readonly labelled: Uint8Array;
  /** Whoever goes there looks at the budget first: loops, and where a path would become too long. */
  readonly checked: Uint8Array;
  /** Instructions from the beginning of the block to the next look, on the longest path. */
  readonly need: Int32Array;
  /** For each instruction of the block: the status flags that somebody may look at as they are behind it. */
  readonly live: readonly (readonly number[])[];
  /** The same where the block begins. */
  readonly liveAtStart: Uint16Array;
  /** Head of the innermost loop that the block belongs to and that keeps its registers; 0: none. */
  readonly region: Int32Array;
}

/** Where an edge leads to, as far as code is concerned. */
export type EdgeKind = 'outside' | 'top' | 'back' | 'label' | 'inline';

export function edgeKind(graph: Graph, labelled: Uint8Array, from: number, to: number): EdgeKind {
  if (to < 0) return 'outside';
  if (isBackEdge(graph, from, to)) return 'back';
  if ((graph.position[to] ?? 0) <= (graph.position[from] ?? 0)) return 'top';
  return labelled[to] === 1 ? 'label' : 'inline';
}

export function makePlan(blocks: readonly Block[], graph: Graph, is64: boolean): Plan {
  const count = blocks.length + 1;
  const merges: number[][] = Array.from({ length: count }, () => []);
  const labelled = new Uint8Array(count);
  for (const node of graph.order) {
    if (node === 0) continue;
    const above = graph.dominator[node] ?? 0;
    if (above !== 0 && (graph.forwardEdges[node] ?? 0) < 2) continue;
    labelled[node] = 1;
    merges[above]?.push(node);
  }
  const checked = new Uint8Array(count);
  const need = new Int32Array(count);
  for (let i = graph.order.length - 1; i > 0; i--) {
    const node = graph.order[i] ?? 0;
    let longest = 0;
    for (const to of graph.successors[node] ?? []) {
      const kind = edgeKind(graph, labelled, node, to);
      if ((kind === 'label' || kind === 'inline') && checked[to] === 0) longest = Math.max(longest, need[to] ?? 0);
    }
    need[node] = (blocks[node - 1]?.instructions.length ?? 0) + longest;
    if (graph.isLoop[node] === true || (need[node] ?? 0) > LONGEST_PATH) checked[node] = 1;
  }
  const { live, liveAtStart } = findLiveFlags(blocks, graph, labelled, checked, is64);
  return { merges, labelled, checked, need, live, liveAtStart, region: findRegions(blocks, graph, is64) };
}

/** Backward data flow. Every way out shows the flags: to other code, or because the budget may end at a look. */
function findLiveFlags(
  blocks: readonly Block[],
  graph: Graph,
  labelled: Uint8Array,
  checked: Uint8Array,
  is64: boolean,
): Pick<Plan, 'live' | 'liveAtStart'> {
  const live: number[][] = Array.from({ length: blocks.length + 1 }, () => []);
  const liveAtStart = new Uint16Array(blocks.length + 1);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = graph.order.length - 1; i > 0; i--) {
      const node = graph.order[i] ?? 0;
      const block = blocks[node - 1];
      if (block === undefined) continue;
      const last = block.instructions[block.instructions.length - 1];
      const sides = last?.plan.flow === Flow.branch ? [block.taken, block.next] : [Math.max(block.taken, block.next)];
      let atEnd = 0;
      for (const to of sides) {
        const kind = edgeKind(graph, labelled, node, to);
        atEnd |= kind === 'outside' || kind === 'top' || checked[to] === 1 ? ALL_STATUS : (liveAtStart[to] ?? ALL_STATUS);
      }
      const atStart = scanFlags(block.instructions, is64, atEnd, live[node] ?? []);
      if (atStart !== liveAtStart[node]) {
        liveAtStart[node] = atStart;
        changed = true;
      }
    }
  }
  return { live, liveAtStart };
}

/** Fills in the flags that are live behind each instruction; returns those that are before the first. */
function scanFlags(instructions: readonly Instruction[], is64: boolean, liveAtEnd: number, into: number[]): number {
  let live = liveAtEnd;
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i];
    if (instruction === undefined) continue;
    into[i] = live;
    const emitter = emitterOf(instruction, is64);
    if (emitter === undefined || mayLeave(emitter, instruction)) live = ALL_STATUS;
    else live = liveBefore(flagUse(emitter, instruction), live);
  }
  return live;
}

/** Innermost natural loops that are small and call no handlers. */
function findRegions(blocks: readonly Block[], graph: Graph, is64: boolean): Int32Array {
  const region = new Int32Array(blocks.length + 1);
  const predecessors: number[][] = graph.successors.map(() => []);
  for (const node of graph.order) for (const to of graph.successors[node] ?? []) predecessors[to]?.push(node);
  for (const head of graph.order) {
    if (head === 0 || graph.isLoop[head] !== true) continue;
    const body = new Set([head]);
    const pending = (predecessors[head] ?? []).filter((from) => isBackEdge(graph, from, head));
    for (let node = pending.pop(); node !== undefined && body.size <= LARGEST_REGION; node = pending.pop()) {
      if (body.has(node)) continue;
      body.add(node);
      pending.push(...(predecessors[node] ?? []));
    }
    const fits = (node: number): boolean =>
      (node === head || graph.isLoop[node] !== true) &&
      (blocks[node - 1]?.instructions ?? []).every((i) => i.plan.flow !== Flow.next || emitterOf(i, is64) !== undefined);
    if (body.size <= LARGEST_REGION && [...body].every(fits)) for (const node of body) region[node] = head;
  }
  return region;
}
