/** Keys a person's own system would keep for itself, to be sent from a menu; by position, pressed together. */
import type { Words } from '../words/say.ts';

const CTRL_ALT = ['ControlLeft', 'AltLeft'] as const;

export interface Chord {
  readonly name: string;
  readonly codes: readonly string[];
}

/** Linux: magic system request (admin-guide/sysrq.rst). */
const sysrq = (letter: string): Chord => ({ name: `Alt SysRq ${letter}`, codes: ['AltLeft', 'PrintScreen', `Key${letter}`] });

export const CHORDS: readonly Chord[] = [
  { name: 'Ctrl Alt Delete', codes: [...CTRL_ALT, 'Delete'] },
  { name: 'Ctrl Alt Backspace', codes: [...CTRL_ALT, 'Backspace'] },
  ...Array.from({ length: 7 }, (_, index) => ({ name: `Ctrl Alt F${index + 1}`, codes: [...CTRL_ALT, `F${index + 1}`] })),
  { name: 'Alt Tab', codes: ['AltLeft', 'Tab'] },
  { name: 'Print', codes: ['PrintScreen'] },
  { name: 'Super', codes: ['MetaLeft'] },
  sysrq('S'),
  sysrq('U'),
  sysrq('B'),
];

/** Modifiers that can be held while other keys are pressed. */
export const HELD: readonly { code: string; name: string; words: Words }[] = [
  { code: 'ControlLeft', name: 'Ctrl', words: 'screen.holdCtrl' },
  { code: 'AltLeft', name: 'Alt', words: 'screen.holdAlt' },
  { code: 'MetaLeft', name: 'Super', words: 'screen.holdSuper' },
];
