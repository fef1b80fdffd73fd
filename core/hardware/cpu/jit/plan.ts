/** What is decided about a unit before its code is written: labels, checkpoints, path lengths, live flags. */
import type { Block } from './discover.ts';
import { type Graph, isBackEdge } from './graph.ts';
import type { Instruction } from './instruction.ts';
import { emitterOf, Flow, flagUse, mayLeave } from './rows.ts';

/** A path longer than this gets a checkpoint of its own: near the end of a budget it is interpreted. */
const LONGEST_PATH = 160;

export interface Plan {
  /** Children in the dominator tree that get a label, by reverse postorder. */
  readonly merges: readonly (readonly number[])[];
  readonly labelled: Uint8Array;
  /** The budget is looked at where these blocks begin. */
  readonly checkpoint: Uint8Array;
  /** Instructions from the beginning of the block to the next checkpoint, on the longest path. */
  readonly need: Int32Array;
  /** For each instruction of the block: somebody may look at the flags as they are behind it. */
  readonly flagsLive: readonly (readonly boolean[])[];
}

export function makePlan(blocks: readonly Block[], graph: Graph, is64: boolean): Plan {
  const count = blocks.length + 1;
  const merges: number[][] = Array.from({ length: count }, () => []);
  const labelled = new Uint8Array(count);
  const checkpoint = new Uint8Array(count);
  const need = new Int32Array(count);
  for (const node of graph.order) {
    if (node === 0) continue;
    const above = graph.dominator[node] ?? 0;
    if (above !== 0 && (graph.forwardEdges[node] ?? 0) < 2) continue;
    labelled[node] = 1;
    merges[above]?.push(node);
  }
  const inline = (from: number, to: number): boolean =>
    to > 0 && labelled[to] === 0 && !isBackEdge(graph, from, to) && (graph.position[to] ?? 0) > (graph.position[from] ?? 0);
  const flagsLive: boolean[][] = Array.from({ length: count }, () => []);
  const liveAtStart = new Uint8Array(count);
  for (let i = graph.order.length - 1; i > 0; i--) {
    const node = graph.order[i] ?? 0;
    const block = blocks[node - 1];
    if (block === undefined) continue;
    let length = block.instructions.length;
    let longest = 0;
    let live = block.next < 0 && block.taken < 0;
    const last = block.instructions[block.instructions.length - 1];
    // A side that leaves the unit, or joins other paths (a checkpoint may leave), shows the flags.
    const sides = last?.plan.flow === Flow.branch ? [block.taken, block.next] : [Math.max(block.taken, block.next)];
    for (const to of sides) {
      if (!inline(node, to)) {
        live = true;
        continue;
      }
      if (checkpoint[to] === 1 || liveAtStart[to] === 1) live = true;
      if (checkpoint[to] === 0) longest = Math.max(longest, need[to] ?? 0);
    }
    length += longest;
    need[node] = length;
    if (labelled[node] === 1 || graph.isLoop[node] === true || length > LONGEST_PATH) checkpoint[node] = 1;
    liveAtStart[node] = scanFlags(block.instructions, is64, live, flagsLive[node] ?? []) || checkpoint[node] === 1 ? 1 : 0;
  }
  return { merges, labelled, checkpoint, need, flagsLive };
}

/** Fills in whether flags are live behind each instruction; returns whether they are before the first. */
function scanFlags(instructions: readonly Instruction[], is64: boolean, liveAtEnd: boolean, into: boolean[]): boolean {
  let live = liveAtEnd;
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i];
    if (instruction === undefined) continue;
    into[i] = live;
    const emitter = emitterOf(instruction, is64);
    const use = emitter === undefined ? 'reads' : flagUse(emitter, instruction);
    if (use === 'reads' || mayLeave(emitter, instruction)) live = true;
    else if (use === 'all') live = false;
  }
  return live;
}
