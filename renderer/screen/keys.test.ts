/** What a guest's keyboard sees of what a person does. */
import { beforeEach, expect, it } from 'vitest';
import { type GuestKeyboard, KeySender } from './keys.ts';

let seen: string[] = [];
let sender: KeySender;
beforeEach(() => {
  seen = [];
  sender = new KeySender((code, down) => seen.push(`${down ? '+' : '-'}${code}`));
});
const POSITION: GuestKeyboard = { layout: 'us', by: 'position' };
const event = (code: string, key: string, extra: Partial<KeyboardEvent> = {}) => ({
  code,
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...extra,
});

it('sends positions as they are, and a held key once', () => {
  sender.keyDown(event('KeyY', 'z'), POSITION);
  sender.keyDown(event('KeyY', 'z', { repeat: true }), POSITION);
  sender.keyUp('KeyY');
  expect(seen).toEqual(['+KeyY', '-KeyY']);
});

it('finds the letter of the person on the layout of the guest', () => {
  sender.keyDown(event('ShiftLeft', 'Shift'), { layout: 'de', by: 'letter' });
  sender.keyDown(event('Digit2', '@'), { layout: 'de', by: 'letter' });
  sender.keyUp('Digit2');
  expect(seen).toEqual(['+ShiftLeft', '-ShiftLeft', '+AltRight', '+KeyQ', '+ShiftLeft', '-AltRight', '-KeyQ']);
});

it('leaves the modifiers of a shortcut alone', () => {
  sender.keyDown(event('ControlLeft', 'Control', { ctrlKey: true }), { layout: 'fr', by: 'letter' });
  sender.keyDown(event('KeyQ', 'a', { ctrlKey: true }), { layout: 'fr', by: 'letter' });
  sender.keyUp('KeyQ');
  sender.keyUp('ControlLeft');
  expect(seen).toEqual(['+ControlLeft', '+KeyQ', '-KeyQ', '-ControlLeft']);
});

it('presses keys together and releases them in the opposite order', () => {
  sender.chord(['ControlLeft', 'AltLeft', 'Delete']);
  expect(seen).toEqual(['+ControlLeft', '+AltLeft', '+Delete', '-Delete', '-AltLeft', '-ControlLeft']);
});

it('leaves nothing pressed behind', () => {
  sender.hold('ControlLeft');
  sender.keyDown(event('KeyC', 'c', { ctrlKey: true }), POSITION);
  sender.releaseAll();
  expect(seen).toEqual(['+ControlLeft', '+KeyC', '-ControlLeft', '-KeyC']);
  expect(sender.pressed.size).toBe(0);
});

it('types a pasted text with the keys of the layout, stops when told, and names what it cannot type', async () => {
  expect(await sender.paste('A→', 'us', () => true)).toEqual(['→']);
  expect(seen).toEqual(['+ShiftLeft', '+KeyA', '-KeyA', '-ShiftLeft']);
  seen = [];
  await sender.paste('ab', 'us', () => false);
  expect(seen).toEqual(['+KeyA', '-KeyA']);
});
