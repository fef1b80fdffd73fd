/**
 * Keys of a PC keyboard by position (names: W3C UI Events KeyboardEvent code values) and their numbers.
 * Sources: IBM PS/2 Hardware Interface Technical Reference, 1988, scan code set 1; Linux, uapi/linux/input-event-codes.h,
 * which counts the keys without a prefix in the order of that set.
 */

/** Scan codes without a prefix, from 1 on; `-`: no such key. */
export const PLAIN_KEYS: readonly string[] = (
  'Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab ' +
  'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft ' +
  'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash ' +
  'KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock ' +
  'F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd ' +
  'Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal - - IntlBackslash F11 F12'
).split(' ');

/** KEY_* of those whose scan code has a prefix. */
const PREFIXED: Readonly<Record<string, number>> = {
  NumpadEnter: 96, ControlRight: 97, NumpadDivide: 98, AltRight: 100, Home: 102, ArrowUp: 103, PageUp: 104, ArrowLeft: 105,
  ArrowRight: 106, End: 107, ArrowDown: 108, PageDown: 109, Insert: 110, Delete: 111, MetaLeft: 125, MetaRight: 126, ContextMenu: 127,
};

export const LINUX_KEYS: ReadonlyMap<string, number> = new Map([
  ...PLAIN_KEYS.map((name, index) => [name, index + 1] as const),
  ...Object.entries(PREFIXED),
]);

/** BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, by the bits of DOM events. */
export const LINUX_BUTTONS: readonly (readonly [number, number])[] = [[1, 0x110], [2, 0x111], [4, 0x112]];
