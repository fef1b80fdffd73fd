/**
 * A keyboard controller with nothing plugged in: enough for software that looks for one, opens address line 20, or resets
 * the computer through it.
 */
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import { ANSWER, COMMAND, CONFIG, OUTPUT_PORT, STATUS } from './registers.table.ts';

export class I8042 {
  readonly data: BusDevice;
  readonly command: BusDevice;
  private config: number = CONFIG.reset;
  private output: number | undefined;
  /** The command that waits for its data byte. */
  private pending = 0;
  private lastWasCommand = false;

  constructor(private readonly reset: () => void) {
    this.data = bytewise('i8042', { read: () => this.take(), write: (_, value) => this.writeData(value) });
    this.command = bytewise('i8042', { read: () => this.status(), write: (_, value) => this.writeCommand(value) });
  }

  private status(): number {
    return (
      (this.output !== undefined ? STATUS.outputFull : 0) |
      STATUS.system |
      STATUS.unlocked |
      (this.lastWasCommand ? STATUS.commandWritten : 0)
    );
  }

  private take(): number {
    const value = this.output ?? 0;
    this.output = undefined;
    return value;
  }

  private writeCommand(value: number): void {
    this.lastWasCommand = true;
    this.pending = 0;
    switch (value) {
      case COMMAND.readConfig:
        this.output = this.config;
        break;
      case COMMAND.selfTest:
        this.output = ANSWER.selfTestPassed;
        break;
      case COMMAND.testKeyboard:
      case COMMAND.testAuxiliary:
        this.output = ANSWER.interfacePassed;
        break;
      case COMMAND.readOutput:
        this.output = OUTPUT_PORT.notReset | OUTPUT_PORT.a20;
        break;
      case COMMAND.writeConfig:
      case COMMAND.writeOutput:
      case COMMAND.echoAuxiliary:
      case COMMAND.writeAuxiliary:
        this.pending = value;
        break;
      default:
        // Pulse the output lines whose bits are zero; bit 0 is the reset line.
        if (value >= COMMAND.pulse && (value & 1) === 0) this.reset();
    }
  }

  private writeData(value: number): void {
    this.lastWasCommand = false;
    const command = this.pending;
    this.pending = 0;
    if (command === COMMAND.writeConfig) this.config = value;
    else if (command === COMMAND.writeOutput) {
      if ((value & OUTPUT_PORT.notReset) === 0) this.reset();
    } else if (command === COMMAND.echoAuxiliary) this.output = value;
    else this.output = ANSWER.noDevice;
  }
}
