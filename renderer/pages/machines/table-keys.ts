/** The keys of the machines table: what each does, as a table over the lines. */
import type { Line } from './lines.ts';
import { toggleFold } from './view.ts';

export interface KeyContext {
  readonly lines: readonly Line[];
  /** Index of the active line; -1: none. */
  readonly at: number;
  readonly anySelected: boolean;
  unitOf(line: Line | undefined): string | undefined;
  activate(index: number): void;
  deactivate(): void;
  toggle(id: string): void;
  clear(): void;
  open(line: Line | undefined): void;
}

/** The nearest line that stands for something, from `from` on in the direction, or back if there is none. */
function nearest({ lines, unitOf }: KeyContext, from: number, down: boolean): number | undefined {
  const units = lines.map((_line, index) => index).filter((index) => unitOf(lines[index]) !== undefined);
  const after = units.find((index) => index >= from);
  const before = units.findLast((index) => index <= from);
  return down ? (after ?? before) : (before ?? after);
}

const PAGE = 15;

/** @returns whether the key meant something */
export function pressKey(key: string, context: KeyContext): boolean {
  const { lines, at } = context;
  const line = lines[at];
  const move = (to: number, down: boolean): void => {
    const index = nearest(context, Math.max(0, Math.min(lines.length - 1, to)), down);
    if (index !== undefined) context.activate(index);
  };
  const fold = (folded: boolean): void => {
    if (line !== undefined && 'folded' in line && line.folded === folded) toggleFold(line.key);
  };
  const select = (): void => {
    if (line?.kind === 'machine') context.toggle(line.row.machine.id);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(at + 1, true),
    ArrowUp: () => move(at - 1, false),
    j: () => move(at + 1, true),
    k: () => move(at - 1, false),
    PageDown: () => move(at + PAGE, true),
    PageUp: () => move(at - PAGE, false),
    Home: () => move(0, true),
    End: () => move(lines.length - 1, false),
    ArrowLeft: () => fold(false),
    ArrowRight: () => fold(true),
    x: select,
    ' ': select,
    Enter: () => context.open(line),
    Escape: () => (context.anySelected ? context.clear() : context.deactivate()),
  };
  const act = keys[key];
  act?.();
  return act !== undefined;
}
