/**
 * Ports for software under test: ending the run with a status (0xf4), text without a UART (0xe9), and the checkpoint
 * port of firmware (0x80), whose writes also serve as short delays.
 */
import type { Outcome } from '../../seams/board.ts';
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';

export const DEBUG_PORTS = { exit: 0xf4, console: 0xe9, checkpoint: 0x80 } as const;

/** Any width; the value decides the exit status, `(value << 1) | 1`. */
export const debugExit = (end: (outcome: Outcome) => void): BusDevice => ({
  name: 'debug-exit',
  read: () => 0,
  write: (_, __, value) => end({ kind: 'debug-exit', value }),
});

/** Reading gives the port's own number: that is how software knows that it is there. */
export const debugConsole = (send: (byte: number) => void): BusDevice =>
  bytewise('debug-console', { read: () => DEBUG_PORTS.console, write: (_, value) => send(value) });

export function checkpoint(): BusDevice {
  const bytes = new Uint8Array(16);
  return bytewise('checkpoint', {
    read: (offset) => bytes[offset] ?? 0xff,
    write: (offset, value) => {
      bytes[offset] = value;
    },
  });
}
