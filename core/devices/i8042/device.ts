/**
 * The keyboard controller: a keyboard behind port 60h where one is plugged in, and what software does through the
 * controller besides: looking for devices, opening address line 20, resetting the computer.
 */
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import type { Line } from '../lines.ts';
import { Keyboard } from './keyboard.ts';
import { PREFIX, translated } from './keys.table.ts';
import { ANSWER, COMMAND, CONFIG, OUTPUT_PORT, STATUS } from './registers.table.ts';

/** Bytes that the keyboard may be ahead of software; further keys are lost, as on a keyboard. */
const BUFFER = 64;

export interface I8042Wiring {
  readonly reset: () => void;
  /** IRQ 1. */
  readonly line: Line;
  readonly hasKeyboard: boolean;
}

export class I8042 {
  readonly data: BusDevice;
  readonly command: BusDevice;
  readonly keyboard: Keyboard | undefined;
  private config: number = CONFIG.reset;
  /** Answers of the controller itself go before bytes of the keyboard. */
  private readonly answers: number[] = [];
  private readonly fromKeyboard: number[] = [];
  /** The command that waits for its data byte. */
  private pending = 0;
  private lastWasCommand = false;
  /** The keyboard has sent the prefix of a release. */
  private released = false;

  constructor(private readonly wiring: I8042Wiring) {
    this.data = bytewise('i8042', { read: () => this.take(), write: (_, value) => this.writeData(value) });
    this.command = bytewise('i8042', { read: () => this.status(), write: (_, value) => this.writeCommand(value) });
    this.keyboard = wiring.hasKeyboard ? new Keyboard((byte) => this.hear(byte)) : undefined;
  }

  private get keyboardReady(): boolean {
    return this.fromKeyboard.length > 0 && (this.config & CONFIG.keyboardDisabled) === 0;
  }

  private status(): number {
    return (
      (this.answers.length > 0 || this.keyboardReady ? STATUS.outputFull : 0) |
      STATUS.system |
      STATUS.unlocked |
      (this.lastWasCommand ? STATUS.commandWritten : 0)
    );
  }

  private take(): number {
    const value = this.answers.shift() ?? (this.keyboardReady ? this.fromKeyboard.shift() : undefined) ?? 0;
    // The line falls and rises again for each byte: the interrupt controller looks at edges.
    this.wiring.line(false);
    this.offer();
    return value;
  }

  private offer(): void {
    if (this.answers.length === 0 && this.keyboardReady && (this.config & CONFIG.keyboardInterrupt) !== 0) this.wiring.line(true);
  }

  /** While it translates, a release is bit 7 of the code instead of a prefix. */
  private hear(byte: number): void {
    if (this.fromKeyboard.length >= BUFFER) return;
    if ((this.config & CONFIG.translate) === 0) this.fromKeyboard.push(byte);
    else if (byte === PREFIX.release) this.released = true;
    else {
      this.fromKeyboard.push(translated(byte) | (this.released ? 0x80 : 0));
      this.released = false;
    }
    this.offer();
  }

  private writeCommand(value: number): void {
    this.lastWasCommand = true;
    this.pending = 0;
    switch (value) {
      case COMMAND.readConfig:
        this.answers.push(this.config);
        break;
      case COMMAND.selfTest:
        this.answers.push(ANSWER.selfTestPassed);
        break;
      case COMMAND.testKeyboard:
      case COMMAND.testAuxiliary:
        this.answers.push(ANSWER.interfacePassed);
        break;
      case COMMAND.readOutput:
        this.answers.push(OUTPUT_PORT.notReset | OUTPUT_PORT.a20);
        break;
      case COMMAND.disableKeyboard:
        this.configure(this.config | CONFIG.keyboardDisabled);
        break;
      case COMMAND.enableKeyboard:
        this.configure(this.config & ~CONFIG.keyboardDisabled);
        break;
      case COMMAND.writeConfig:
      case COMMAND.writeOutput:
      case COMMAND.echoKeyboard:
      case COMMAND.echoAuxiliary:
      case COMMAND.writeAuxiliary:
        this.pending = value;
        break;
      default:
        // Pulse the output lines whose bits are zero; bit 0 is the reset line.
        if (value >= COMMAND.pulse && (value & 1) === 0) this.wiring.reset();
    }
  }

  private writeData(value: number): void {
    this.lastWasCommand = false;
    const command = this.pending;
    this.pending = 0;
    switch (command) {
      case COMMAND.writeConfig:
        this.configure(value);
        break;
      case COMMAND.writeOutput:
        if ((value & OUTPUT_PORT.notReset) === 0) this.wiring.reset();
        break;
      case COMMAND.echoKeyboard:
      case COMMAND.echoAuxiliary:
        this.answers.push(value);
        break;
      case COMMAND.writeAuxiliary:
        this.answers.push(ANSWER.noDevice);
        break;
      default:
        // A byte for the keyboard switches it on.
        this.config &= ~CONFIG.keyboardDisabled;
        if (this.keyboard === undefined) this.answers.push(ANSWER.noDevice);
        else this.keyboard.receive(value);
    }
  }

  private configure(value: number): void {
    this.config = value;
    this.wiring.line(false);
    this.offer();
  }
}
