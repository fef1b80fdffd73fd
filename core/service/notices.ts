/** Tells what a person should see, whoever looks. */
import type { Notice } from '../contract/notices.ts';
import type { Edge } from './edge.ts';

/** @param words of the catalogue, into which the values go */
export function tellNotice(
  edge: Edge,
  level: Notice['level'],
  unit: string | null,
  words: string,
  values: Notice['values'],
  refusal: Notice['refusal'] = null,
): void {
  edge.tell({ name: 'notice', fact: { at: Date.now(), level, unit, words, values, refusal } });
}

/** One file of a document was damaged; its other copy is in use. */
export const tellDamaged =
  (edge: Edge, unit: string | null) =>
  (file: string): void =>
    tellNotice(edge, 'warning', unit, 'notice.damaged', { file });
