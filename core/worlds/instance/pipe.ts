/** A console line between a guest and whoever shows it; it outlives the guest, so a reboot keeps its readers. */
import { textBytes } from '../../base/bytes.ts';
import type { ByteStream } from '../../seams/plugs.ts';

export interface Pipe {
  /** The end that the guest's console is connected to. */
  readonly guest: ByteStream;
  /** The end of the person. */
  readonly person: ByteStream;
  /** The last lines that the guest wrote: what a screen shows. */
  recent(): Uint8Array;
  /** Keeps what the person types until {@link release}. */
  hold(): void;
  release(): void;
}

/** Output kept until somebody listens. */
const MOST_KEPT = 256 * 1024;
/** Bytes of the last lines: as many as a screen of 25 by 80 holds. */
const SCREEN = 2000;
const NEWLINE = 10;
/** What a program asks a terminal (ECMA-48: device status, device attributes); whoever sees it later has not been asked. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences begin with a control character
const QUESTIONS = /\u001b\[[?>]?[0-9;]*[nc]/g;

export function createPipe(): Pipe {
  const toPerson = oneWay();
  const toGuest = oneWay();
  let tail = new Uint8Array();
  return {
    guest: {
      write: (bytes) => {
        tail = lastOf(tail, bytes);
        toPerson.write(bytes);
      },
      onData: toGuest.listen,
    },
    person: { write: toGuest.write, onData: toPerson.listen },
    recent: () => {
      const lines = tail.length < SCREEN ? tail : tail.slice(tail.indexOf(NEWLINE) + 1);
      return textBytes(String.fromCharCode(...lines).replace(QUESTIONS, ''));
    },
    hold: () => toGuest.hold(true),
    release: () => toGuest.hold(false),
  };
}

function lastOf(before: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = before.subarray(Math.max(0, before.length + bytes.length - SCREEN));
  const added = bytes.subarray(Math.max(0, bytes.length - SCREEN));
  const joined = new Uint8Array(kept.length + added.length);
  joined.set(kept);
  joined.set(added, kept.length);
  return joined;
}

interface OneWay {
  write(bytes: Uint8Array): void;
  listen(listener: (bytes: Uint8Array) => void): void;
  hold(on: boolean): void;
}

function oneWay(): OneWay {
  let listener: ((bytes: Uint8Array) => void) | undefined;
  let held = false;
  let kept: Uint8Array[] = [];
  let size = 0;
  const pass = (): void => {
    if (listener === undefined || held) return;
    const all = kept;
    kept = [];
    size = 0;
    for (const bytes of all) listener(bytes);
  };
  return {
    write: (bytes) => {
      if (listener !== undefined && !held) listener(bytes);
      else if (size < MOST_KEPT) {
        kept.push(bytes.slice());
        size += bytes.length;
      }
    },
    listen: (to) => {
      listener = to;
      pass();
    },
    hold: (on) => {
      held = on;
      pass();
    },
  };
}
