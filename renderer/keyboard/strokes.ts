/** Which keys type a text on a given layout. */
import { CODES, LAYOUTS, type Layout, type LayoutId, SPACING } from './layouts.table.ts';

export interface Stroke {
  /** Position of the key (W3C UI Events code). */
  readonly code: string;
  readonly shift: boolean;
  readonly altGr: boolean;
}

const key = (code: string, shift = false, altGr = false): Stroke => ({ code, shift, altGr });

/** Keys that are the same on every layout. */
const COMMON: readonly (readonly [string, Stroke])[] = [
  [' ', key('Space')],
  ['\n', key('Enter')],
  ['\r', key('Enter')],
  ['\t', key('Tab')],
];

function strokesOf(layout: Layout): ReadonlyMap<string, Stroke> {
  const strokes = new Map<string, Stroke>(COMMON);
  const levels = [
    { rows: layout.plain, shift: false, altGr: false },
    { rows: layout.shift, shift: true, altGr: false },
    { rows: layout.altGr, shift: false, altGr: true },
  ];
  for (const { rows, shift, altGr } of levels) {
    let first = 0;
    for (const [index, row] of rows.entries()) {
      for (const [column, character] of Array.from(row).entries()) {
        const code = CODES[first + column];
        // The plainest way to a character is the one that is kept.
        if (code !== undefined && character !== ' ' && !strokes.has(character)) strokes.set(character, key(code, shift, altGr));
      }
      first += Array.from(layout.plain[index] ?? '').length;
    }
  }
  return strokes;
}

const known = new Map<LayoutId, ReadonlyMap<string, Stroke>>(LAYOUTS.map((layout) => [layout.id, strokesOf(layout)]));

/** The one or two keys for a character; undefined: the layout cannot type it. */
export function strokesFor(character: string, layout: LayoutId): readonly Stroke[] | undefined {
  const strokes = known.get(layout);
  const direct = strokes?.get(character);
  if (direct !== undefined) return [direct];
  const spacing = strokes?.get(SPACING[character] ?? '');
  if (spacing !== undefined) return [spacing, key('Space')];
  const [base = '', mark = '', ...more] = Array.from(character.normalize('NFD'));
  const first = strokes?.get(mark);
  const second = strokes?.get(base);
  return first === undefined || second === undefined || more.length > 0 ? undefined : [first, second];
}

/** The keys for a whole text, and the characters that had to be left out. Line ends of any system are one Enter. */
export function typed(text: string, layout: LayoutId): { strokes: Stroke[]; missing: string[] } {
  const strokes: Stroke[] = [];
  const missing = new Set<string>();
  for (const character of text.replaceAll('\r\n', '\n').normalize('NFC')) {
    const found = strokesFor(character, layout);
    if (found === undefined) missing.add(character);
    else strokes.push(...found);
  }
  return { strokes, missing: [...missing] };
}
