/** The person's terminal as the far side of a serial port: output gathered and written in pieces, input byte by byte. */
import type { ByteStream } from '../seams/plugs.ts';

/** Ctrl-], as telnet has it. */
const LEAVE = 0x1d;
const LATEST_OUTPUT = 16 * 1024;

export interface Terminal extends ByteStream {
  /** Set once the person asked to leave. */
  readonly left: boolean;
  /** The input of a script is over. */
  readonly inputEnded: boolean;
  /** Everything that came so far and was not seen by an earlier call, without line noise, for watchers. */
  readonly recent: string;
  flush(): void;
  /** Resolves when input arrives, at the latest after `milliseconds`. */
  wait(milliseconds: number): Promise<void>;
  /** Ends a {@link wait} at once. */
  wake(): void;
  close(): void;
}

export function openTerminal(): Terminal {
  const { stdin, stdout } = process;
  let pending: Uint8Array[] = [];
  let recent = '';
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let left = false;
  let inputEnded = false;
  let wake: () => void = () => undefined;

  const onInput = (bytes: Uint8Array): void => {
    // Only a person at a keyboard leaves; in a pipe the byte is data.
    const end = stdin.isTTY ? bytes.indexOf(LEAVE) : -1;
    if (end >= 0) left = true;
    const data = end >= 0 ? bytes.subarray(0, end) : bytes;
    if (data.length > 0) listener(data);
    wake();
  };
  const onEnd = (): void => {
    inputEnded = true;
    wake();
  };
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', onInput);
  stdin.on('end', onEnd);

  return {
    get left() {
      return left;
    },
    get inputEnded() {
      return inputEnded;
    },
    get recent() {
      return recent;
    },
    write: (bytes) => {
      pending.push(bytes);
    },
    onData: (by) => {
      listener = by;
    },
    flush: () => {
      if (pending.length === 0) return;
      const bytes = Buffer.concat(pending);
      pending = [];
      recent = (recent + bytes.toString('latin1')).slice(-LATEST_OUTPUT);
      stdout.write(bytes);
    },
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake: () => wake(),
    close: () => {
      stdin.off('data', onInput);
      stdin.off('end', onEnd);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
