/** Every layout types what its keyboard can, and says what it cannot. */
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../core/contract/settings.ts';
import { CODES, LAYOUTS } from './layouts.table.ts';
import { strokesFor, typed } from './strokes.ts';

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

describe.each(LAYOUTS)('$name', (layout) => {
  const { id } = layout;

  it('gives every key of the main block at most one character per level', () => {
    expect(layout.plain.map((row) => Array.from(row).length)).toEqual([13, 12, 12, 11]);
    for (const level of [layout.shift, layout.altGr])
      for (const [index, row] of level.entries())
        expect([0, Array.from(layout.plain[index] ?? '').length]).toContain(Array.from(row).length);
  });

  it('types all of ASCII', () => {
    expect(typed(ASCII, id).missing).toEqual([]);
  });

  it('uses keys that exist', () => {
    for (const { code } of typed(`${ASCII}\n\t`, id).strokes) expect([...CODES, 'Space', 'Enter', 'Tab']).toContain(code);
  });
});

it('is there for every choice of the preferences', () => {
  expect(LAYOUTS.map((layout) => layout.id)).toEqual(settingsSchema.shape.guestLayout.options);
});

it('finds letters where the layout has them', () => {
  expect(strokesFor('z', 'us')).toEqual([{ code: 'KeyZ', shift: false, altGr: false }]);
  expect(strokesFor('z', 'de')).toEqual([{ code: 'KeyY', shift: false, altGr: false }]);
  expect(strokesFor('a', 'fr')).toEqual([{ code: 'KeyQ', shift: false, altGr: false }]);
  expect(strokesFor('@', 'de')).toEqual([{ code: 'KeyQ', shift: false, altGr: true }]);
  expect(strokesFor('/', 'de')).toEqual([{ code: 'Digit7', shift: true, altGr: false }]);
});

it('types accents with dead keys', () => {
  expect(strokesFor('é', 'es')?.map((stroke) => stroke.code)).toEqual(['Quote', 'KeyE']);
  expect(strokesFor('é', 'fr')?.map((stroke) => stroke.code)).toEqual(['Digit2']);
  expect(strokesFor('^', 'de')?.map((stroke) => stroke.code)).toEqual(['Backquote', 'Space']);
});

it('names what cannot be typed and types the rest', () => {
  const { strokes, missing } = typed('a→b\r\n日', 'us');
  expect(missing).toEqual(['→', '日']);
  expect(strokes.map((stroke) => stroke.code)).toEqual(['KeyA', 'KeyB', 'Enter']);
});
