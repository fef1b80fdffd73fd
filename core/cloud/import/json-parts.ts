/**
 * Cuts chosen parts out of a JSON text that is too big to hold: chunks in, whole subtrees out as text, the rest skipped.
 *
 * Own code, because it has to run without Node's streams, and because a price list of hundreds of megabytes needs no token
 * for each number: outside the chosen parts only brackets and quotation marks are looked at, and a part is left to
 * JSON.parse, which is both faster and stricter than anything written here.
 */
import { Refusal } from '../../base/refusal.ts';

export interface Part {
  /** Keys from the root; the place in an array is its index as text. */
  readonly path: readonly string[];
  readonly text: string;
  /** Line of the file on which the part starts, from 1. */
  readonly line: number;
}

/** What to do with the value at `path`: look inside it, hand it out whole, or pass over it. */
export type Policy = (path: readonly string[]) => 'enter' | 'whole' | 'skip';

/** A part longer than this is not one offer; the bound keeps memory bounded. */
const LONGEST_PART = 16 << 20;
const LONGEST_KEY = 4096;

type State = 'value' | 'first' | 'key' | 'in-key' | 'colon' | 'after' | 'scalar' | 'nested' | 'string' | 'done';

export class JsonParts {
  readonly #policy: Policy;
  #state: State = 'value';
  /** One entry for each entered container: its closing bracket. */
  readonly #closers: string[] = [];
  readonly #path: string[] = [];
  #keep = false;
  #text = '';
  #textLine = 1;
  #depth = 0;
  #key = '';
  #chunk = '';
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  *read(chunk: string): Generator<Part> {
    this.#chunk = chunk;
    this.#at = 0;
    this.#counted = 0;
    while (this.#at < chunk.length) {
      const part = this.#step();
      if (part !== undefined) yield part;
    }
    this.#lineHere();
  }

  /** Refuses a text that stops in the middle. */
  end(): void {
    if (this.#state === 'scalar' && this.#closers.length === 0) return;
    if (this.#state !== 'done') this.#refuse('ends in the middle');
  }

  #step(): Part | undefined {
    switch (this.#state) {
      case 'scalar':
        return this.#scalar();
      case 'nested':
        return this.#nested();
      case 'string':
        return this.#string();
      case 'in-key':
        this.#inKey();
        return undefined;
      default:
        return this.#between();
    }
  }

  /** At the places where white space may stand. */
  #between(): Part | undefined {
    const character = this.#chunk[this.#at] ?? '';
    if (character === ' ' || character === '\n' || character === '\r' || character === '\t' || character === '\ufeff') {
      this.#at += 1;
      return undefined;
    }
    const closes = character === this.#closers.at(-1);
    if (closes && (this.#state === 'first' || this.#state === 'after')) {
      this.#at += 1;
      this.#leave();
    } else if (this.#state === 'after' && character === ',') {
      this.#at += 1;
      this.#next();
    } else if ((this.#state === 'first' || this.#state === 'key') && this.#closers.at(-1) === '}' && character === '"') {
      this.#at += 1;
      this.#key = '';
      this.#state = 'in-key';
    } else if (this.#state === 'colon' && character === ':') {
      this.#at += 1;
      this.#state = 'value';
    } else if (this.#state === 'value' || (this.#state === 'first' && this.#closers.at(-1) === ']')) {
      this.#begin(character);
    } else {
      this.#refuse(`has an unexpected ${JSON.stringify(character)}`);
    }
    return undefined;
  }

  #begin(character: string): void {
    const policy = this.#policy(this.#path);
    if (policy === 'enter' && (character === '{' || character === '[')) {
      this.#at += 1;
      this.#closers.push(character === '{' ? '}' : ']');
      this.#path.push(character === '{' ? '' : '0');
      this.#state = 'first';
      return;
    }
    if (!/[{["\-0-9tfn]/.test(character)) this.#refuse(`has an unexpected ${JSON.stringify(character)}`);
    this.#keep = policy === 'whole';
    this.#text = '';
    this.#textLine = this.#lineHere();
    this.#depth = 0;
    this.#state = character === '"' ? 'string' : character === '{' || character === '[' ? 'nested' : 'scalar';
    if (character === '"') this.#take(this.#at + 1);
  }

  #next(): void {
    if (this.#closers.at(-1) === '}') {
      this.#state = 'key';
      return;
    }
    this.#path.push(String(Number(this.#path.pop() ?? '0') + 1));
    this.#state = 'value';
  }

  #leave(): void {
    this.#closers.pop();
    this.#path.pop();
    this.#state = this.#closers.length === 0 ? 'done' : 'after';
  }

  #inKey(): void {
    const end = quote(this.#chunk, this.#at, this.#key);
    this.#key += this.#chunk.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#chunk.length : end + 1;
    if (this.#key.length > LONGEST_KEY) this.#refuse('has a key that never ends');
    if (end < 0) return;
    try {
      this.#path[this.#path.length - 1] = String(JSON.parse(`"${this.#key}"`));
    } catch {
      this.#refuse('has a key that is not a string');
    }
    this.#state = 'colon';
  }

  #scalar(): Part | undefined {
    const rest = this.#chunk.slice(this.#at, this.#at + 64).search(/[,}\]\s]/);
    if (rest < 0) {
      this.#take(Math.min(this.#at + 64, this.#chunk.length));
      if (this.#text.length > 128) this.#refuse('has a number that never ends');
      return undefined;
    }
    this.#take(this.#at + rest, true);
    return this.#finish();
  }

  /** Inside a container that is taken or skipped whole, between its strings. */
  #nested(): Part | undefined {
    BRACKET.lastIndex = this.#at;
    const found = BRACKET.exec(this.#chunk);
    if (found === null) {
      this.#take(this.#chunk.length);
      return undefined;
    }
    const character = this.#chunk[found.index];
    this.#take(found.index + 1);
    if (character === '"') this.#state = 'string';
    else this.#depth += character === '{' || character === '[' ? 1 : -1;
    return this.#state === 'nested' && this.#depth === 0 ? this.#finish() : undefined;
  }

  #string(): Part | undefined {
    const end = quote(this.#chunk, this.#at, this.#text);
    this.#take(end < 0 ? this.#chunk.length : end + 1);
    if (end < 0) return undefined;
    if (this.#depth === 0) return this.#finish();
    this.#state = 'nested';
    return undefined;
  }

  /** Moves on to `to`, keeping what is passed over. Skipped text is remembered by its last characters only, for escapes. */
  #take(to: number, always = false): void {
    const text = this.#chunk.slice(this.#at, to);
    this.#at = to;
    this.#text = this.#keep || always ? this.#text + text : (this.#text.slice(-64) + text).slice(-64);
    if (this.#text.length > LONGEST_PART) this.#refuse('has one entry of more than 16 MB');
  }

  #finish(): Part | undefined {
    const part = { path: [...this.#path], text: this.#text, line: this.#textLine };
    this.#text = '';
    this.#state = this.#closers.length === 0 ? 'done' : 'after';
    return this.#keep ? part : undefined;
  }

  #lineHere(): number {
    for (let at = this.#chunk.indexOf('\n', this.#counted); at >= 0 && at < this.#at; at = this.#chunk.indexOf('\n', at + 1))
      this.#line += 1;
    this.#counted = this.#at;
    return this.#line;
  }

  #refuse(what: string): never {
    throw new Refusal(
      'prices-unreadable',
      `The JSON ${what} on line ${this.#lineHere()}.`,
      'Check that the file was downloaded to its end and was not edited.',
    );
  }
}

const BRACKET = /["{}[\]]/g;

/** Index of the quotation mark that closes a string, or -1. `before` ends with what earlier chunks had of it. */
function quote(chunk: string, from: number, before: string): number {
  for (let at = chunk.indexOf('"', from); at >= 0; at = chunk.indexOf('"', at + 1)) {
    let marks = 0;
    while (at - 1 - marks >= from && chunk[at - 1 - marks] === '\\') marks += 1;
    if (at - marks === from) {
      let back = before.length - 1;
      while (back >= 0 && before[back] === '\\') {
        marks += 1;
        back -= 1;
      }
    }
    if (marks % 2 === 0) return at;
  }
  return -1;
}
