/** Keys on their way to a guest's screen: by position, or by letter on the guest's layout; nothing stays pressed behind. */
import type { LayoutId } from '../keyboard/layouts.table.ts';
import { type Stroke, strokesFor, typed } from '../keyboard/strokes.ts';

export interface GuestKeyboard {
  readonly layout: LayoutId;
  /** `position`: the guest's layout decides what a key means. `letter`: what the person's keyboard says is typed. */
  readonly by: 'position' | 'letter';
}

type Press = (code: string, down: boolean) => void;

const SHIFTS = ['ShiftLeft', 'ShiftRight'] as const;
const ALT_GR = 'AltRight';
/** Milliseconds between two keys of a pasted text: slower than a guest's keyboard driver takes them (PS/2 carries about 1 key in 3 ms). */
const PACE = 12;

export class KeySender {
  /** What the guest believes is down. */
  private readonly down = new Set<string>();
  /** Which code went to the guest for a key of the person. */
  private readonly sentFor = new Map<string, string>();

  constructor(private readonly press: Press) {}

  get pressed(): ReadonlySet<string> {
    return this.down;
  }

  send(code: string, down: boolean): void {
    // A key that is held repeats: the guest repeats by itself.
    if (down === this.down.has(code)) return;
    if (down) this.down.add(code);
    else this.down.delete(code);
    this.press(code, down);
  }

  keyDown(event: Pick<KeyboardEvent, 'code' | 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>, how: GuestKeyboard): void {
    if (event.repeat || event.code === '') return;
    const shortcut = event.ctrlKey || event.altKey || event.metaKey;
    const letter = how.by === 'letter' && Array.from(event.key).length === 1;
    const strokes = letter ? strokesFor(shortcut ? event.key.toLowerCase() : event.key, how.layout) : undefined;
    const stroke = strokes?.at(-1);
    if (strokes === undefined || stroke === undefined) {
      this.sentFor.set(event.code, event.code);
      this.send(event.code, true);
      return;
    }
    for (const before of strokes.slice(0, -1)) this.type(before);
    if (!shortcut && strokes.length > 1) {
      this.type(stroke);
      return;
    }
    this.sentFor.set(event.code, stroke.code);
    if (shortcut) this.send(stroke.code, true);
    else this.withModifiers(stroke, () => this.send(stroke.code, true));
  }

  keyUp(code: string): void {
    const sent = this.sentFor.get(code) ?? code;
    this.sentFor.delete(code);
    this.send(sent, false);
  }

  /** Keys together, as Ctrl, Alt, Delete: pressed in order, released in the opposite one. */
  chord(codes: readonly string[]): void {
    const fresh = codes.filter((code) => !this.down.has(code));
    for (const code of fresh) this.send(code, true);
    for (const code of [...fresh].reverse()) this.send(code, false);
  }

  /** Holds a modifier, or lets it go. */
  hold(code: string): void {
    this.send(code, !this.down.has(code));
  }

  releaseAll(): void {
    for (const code of [...this.down]) this.send(code, false);
    this.sentFor.clear();
  }

  /**
   * Types a text; resolves with the characters that had to be left out.
   * @param typing told after each key; false stops it
   */
  async paste(text: string, layout: LayoutId, typing: (done: number, of: number) => boolean): Promise<string[]> {
    const { strokes, missing } = typed(text, layout);
    this.releaseAll();
    for (const [index, stroke] of strokes.entries()) {
      this.type(stroke);
      await new Promise((resolve) => setTimeout(resolve, PACE));
      if (!typing(index + 1, strokes.length)) break;
    }
    return missing;
  }

  private type(stroke: Stroke): void {
    this.withModifiers(stroke, () => {
      this.send(stroke.code, true);
      this.send(stroke.code, false);
    });
  }

  /** Shift and AltGr as the stroke needs them, put back afterwards as the person holds them. */
  private withModifiers(stroke: Stroke, act: () => void): void {
    const before = new Set(this.down);
    const shifted = SHIFTS.some((code) => before.has(code));
    if (stroke.shift && !shifted) this.send('ShiftLeft', true);
    if (!stroke.shift) for (const code of SHIFTS) this.send(code, false);
    this.send(ALT_GR, stroke.altGr);
    act();
    for (const code of [...SHIFTS, ALT_GR]) this.send(code, before.has(code));
  }
}
