/** Ctrl and Alt give the keyboard back; a chord with them does not. */
import { expect, it } from 'vitest';
import { WayOut } from './way-out.ts';

const press = (way: WayOut, key: string, ctrlKey: boolean, altKey: boolean): void => way.down({ key, ctrlKey, altKey });

it('gives the keyboard back once, when both were pressed alone', () => {
  const way = new WayOut();
  press(way, 'Control', true, false);
  press(way, 'Alt', true, true);
  expect([way.up(), way.up()]).toEqual([true, false]);
});

it('keeps it when a key was pressed with them', () => {
  const way = new WayOut();
  press(way, 'Control', true, false);
  press(way, 'Alt', true, true);
  press(way, 'Delete', true, true);
  expect(way.up()).toBe(false);
});

it('keeps it for one of them', () => {
  const way = new WayOut();
  press(way, 'Control', true, false);
  expect(way.up()).toBe(false);
});
