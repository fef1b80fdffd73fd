/** The way out of what has the whole keyboard: Ctrl and Alt together and nothing else, let go again. */

type Pressed = Pick<KeyboardEvent, 'ctrlKey' | 'altKey' | 'key'>;

export class WayOut {
  #alone = false;

  down({ ctrlKey, altKey, key }: Pressed): void {
    this.#alone = ctrlKey && altKey && (key === 'Control' || key === 'Alt');
  }

  /** @returns true if the keyboard is to be given back now */
  up(): boolean {
    const alone = this.#alone;
    this.#alone = false;
    return alone;
  }
}
