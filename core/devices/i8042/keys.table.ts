/**
 * Keys of a PC keyboard by position (names: W3C UI Events KeyboardEvent code values) and their scan codes.
 * Source: IBM PS/2 Hardware Interface Technical Reference, 1988, keyboards: scan code sets 1 and 2.
 */
import { PLAIN_KEYS } from '../../abi/input/keys.table.ts';

/** Those behind the prefix E0. */
const EXTENDED: Readonly<Record<string, number>> = {
  NumpadEnter: 0x1c, ControlRight: 0x1d, NumpadDivide: 0x35, AltRight: 0x38, Home: 0x47, ArrowUp: 0x48, PageUp: 0x49, ArrowLeft: 0x4b, ArrowRight: 0x4d,
  End: 0x4f, ArrowDown: 0x50, PageDown: 0x51, Insert: 0x52, Delete: 0x53, MetaLeft: 0x5b, MetaRight: 0x5c, ContextMenu: 0x5d,
};

/** Set 1 by set 2, 80h entries: what the controller makes of a keyboard's codes while it translates. Two codes lie beyond. */
const SET_1 =
  'ff43413f3d3b3c58644442403e0f2959' +
  '65382a701d10025a66712c1f1e11035b' +
  '672e2d201205045c68392f211413065d' +
  '693130232215075e6a7232241608095f' +
  '6b332517180b0a606c34352627190c61' +
  '6d7328741a0d626e3a361c1b752b6376' +
  '55567778797a0e7b7c4f7d4b477e7f6f' +
  '5253504c4d480145574e514a37494654';
const BEYOND: Readonly<Record<number, number>> = { 131: 0x41, 132: 0x54 };

/** A code of set 2 as set 1 has it; other bytes (answers of the keyboard) are the same in both. */
export function translated(code: number): number {
  return code < 0x80 ? Number.parseInt(SET_1.slice(2 * code, 2 * code + 2), 16) : (BEYOND[code] ?? code);
}

export const PREFIX = { extended: 0xe0, release: 0xf0 } as const;

export interface Key {
  readonly extended: boolean;
  /** Scan code set 2. */
  readonly code: number;
}

const SET_2 = new Map([...Array.from({ length: 0x80 }, (_, code) => code), 0x83, 0x84].map((code) => [translated(code), code]));
const key = (set1: number, extended: boolean): Key => ({ extended, code: SET_2.get(set1) ?? 0 });

export const KEYS: ReadonlyMap<string, Key> = new Map([
  ...PLAIN_KEYS.map((name, index) => [name, key(index + 1, false)] as const),
  ...Object.entries(EXTENDED).map(([name, code]) => [name, key(code, true)] as const),
]);
