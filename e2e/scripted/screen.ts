/** A scripted screen: a grid of squares, one more lit for every key; what is typed on it goes to the scripted shell. */
import type { Screen } from '../../core/worlds/desk.ts';
import { CODES, LAYOUTS } from '../../renderer/keyboard/layouts.table.ts';

const WIDTH = 640;
const HEIGHT = 400;
const SQUARE = 20;
const COLUMNS = WIDTH / SQUARE;

/** What a guest with a US keyboard makes of a key. */
function letterOf(code: string, shift: boolean): string | undefined {
  if (code === 'Enter') return '\r';
  if (code === 'Space') return ' ';
  const us = LAYOUTS.find((layout) => layout.id === 'us');
  return us === undefined ? undefined : (shift ? us.shift : us.plain).join('')[CODES.indexOf(code)];
}

export function scriptedScreen(shell: { write(bytes: Uint8Array): void }): Screen {
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let alpha = 3; alpha < pixels.length; alpha += 4) pixels[alpha] = 255;
  const down = new Set<string>();
  let lit = 0;
  let drawn = false;
  const square = (index: number, colour: readonly [number, number, number]): void => {
    const left = (index % COLUMNS) * SQUARE;
    const top = Math.floor(index / COLUMNS) * SQUARE;
    for (let y = top + 1; y < top + SQUARE - 1; y++)
      for (let x = left + 1; x < left + SQUARE - 1; x++) pixels.set([...colour, 255], (y * WIDTH + x) * 4);
  };
  for (let index = 0; index < COLUMNS * (HEIGHT / SQUARE); index++) square(index, [28, 32, 38]);
  return {
    width: WIDTH,
    height: HEIGHT,
    changes: () => {
      if (drawn) return undefined;
      drawn = true;
      return { from: 0, count: HEIGHT, pixels: pixels.slice() };
    },
    key: (code, isDown) => {
      if (isDown) down.add(code);
      else down.delete(code);
      if (!isDown) return;
      square(lit++ % (COLUMNS * (HEIGHT / SQUARE)), [143, 207, 127]);
      drawn = false;
      const letter = letterOf(code, down.has('ShiftLeft') || down.has('ShiftRight'));
      if (letter !== undefined) shell.write(new TextEncoder().encode(letter));
    },
    pointer: (x, y, buttons) => {
      if (buttons === 0) return;
      square(Math.floor(y / SQUARE) * COLUMNS + Math.floor(x / SQUARE), [222, 125, 102]);
      drawn = false;
    },
  };
}
