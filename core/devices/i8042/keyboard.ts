/**
 * A PC keyboard: keys by position in, scan codes of set 2 and answers to commands out.
 * Source: IBM PS/2 Hardware Interface Technical Reference, 1988, keyboards.
 */
import { KEYS, PREFIX } from './keys.table.ts';

const COMMAND = {
  setLights: 0xed,
  echo: 0xee,
  scanCodeSet: 0xf0,
  identify: 0xf2,
  setRepeat: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  resend: 0xfe,
  reset: 0xff,
} as const;
const ACKNOWLEDGE = 0xfa;
/** What commands are answered with; others with an acknowledgement. */
const ANSWERS: Readonly<Record<number, readonly number[]>> = {
  [COMMAND.echo]: [COMMAND.echo],
  [COMMAND.identify]: [ACKNOWLEDGE, 0xab, 0x83],
  [COMMAND.reset]: [ACKNOWLEDGE, 0xaa],
};
/** Commands that are followed by a byte. */
const WITH_BYTE: readonly number[] = [COMMAND.setLights, COMMAND.scanCodeSet, COMMAND.setRepeat];
/** The scan code set in use. */
const SET = 2;

export class Keyboard {
  private scanning = true;
  /** The command whose byte is awaited; 0: none. */
  private awaited = 0;
  private last = 0;

  /** @param send takes a byte for the controller */
  constructor(private readonly send: (byte: number) => void) {}

  /** A key by its position (W3C UI Events code) goes down or up; what the keyboard does not have is ignored. */
  key(position: string, down: boolean): void {
    const key = KEYS.get(position);
    if (key === undefined || !this.scanning) return;
    if (key.extended) this.say(PREFIX.extended);
    if (!down) this.say(PREFIX.release);
    this.say(key.code);
  }

  /** A byte from the controller. */
  receive(byte: number): void {
    const command = this.awaited;
    this.awaited = 0;
    if (command !== 0) {
      this.say(ACKNOWLEDGE);
      // Zero asks for the set in use.
      if (command === COMMAND.scanCodeSet && byte === 0) this.say(SET);
      return;
    }
    if (byte === COMMAND.resend) {
      this.send(this.last);
      return;
    }
    if (WITH_BYTE.includes(byte)) this.awaited = byte;
    if (byte === COMMAND.enable || byte === COMMAND.reset) this.scanning = true;
    if (byte === COMMAND.disable) this.scanning = false;
    for (const each of ANSWERS[byte] ?? [ACKNOWLEDGE]) this.say(each);
  }

  private say(byte: number): void {
    this.last = byte;
    this.send(byte);
  }
}
