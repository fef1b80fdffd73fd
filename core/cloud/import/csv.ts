/** Comma-separated values (RFC 4180) as a stream: chunks in, records with their line numbers out, nothing kept. */
import { Refusal } from '../../base/refusal.ts';

export interface Record {
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Chunks of a text file, as a reader delivers them; cut anywhere. */
export type Chunks = Iterable<string> | AsyncIterable<string>;

/** A field longer than this is a forgotten quotation mark, not a value; the bound keeps memory bounded. */
const LONGEST_FIELD = 1 << 20;
const MOST_FIELDS = 4096;

/** Feeds on chunks; each call gives the records completed by it. The last record comes from `end`. */
export class CsvReader {
  #line = 1;
  #start = 1;
  #fields: string[] = [];
  #field = '';
  #state: 'plain' | 'quoted' | 'quote-in-quoted' = 'plain';
  #started = false;

  *read(chunk: string): Generator<Record> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'plain') {
        const end = stop(chunk, at);
        this.#grow(chunk.slice(at, end));
        at = end;
        if (at >= chunk.length) return;
        const record = this.#special(chunk[at] ?? '');
        at += 1;
        if (record !== undefined) yield record;
      } else if (this.#state === 'quoted') {
        const end = chunk.indexOf('"', at);
        const text = chunk.slice(at, end < 0 ? undefined : end);
        this.#countLines(text);
        this.#grow(text);
        if (end < 0) return;
        this.#state = 'quote-in-quoted';
        at = end + 1;
      } else if (chunk[at] === '"') {
        this.#grow('"');
        this.#state = 'quoted';
        at += 1;
      } else {
        this.#state = 'plain';
      }
    }
  }

  *end(): Generator<Record> {
    if (this.#state === 'quoted') {
      throw new Refusal(
        'prices-unreadable',
        `The quotation mark in the record of line ${this.#start} is never closed.`,
        'Close it, or double it if it belongs to the text.',
      );
    }
    if (this.#started || this.#fields.length > 0) yield this.#record();
  }

  #special(character: string): Record | undefined {
    if (character === '"') {
      this.#state = 'quoted';
      this.#started = true;
    } else if (character === ',') {
      this.#push();
      this.#started = true;
    } else if (character === '\n') {
      const empty = !this.#started && this.#fields.length === 0;
      const record = empty ? undefined : this.#record();
      this.#line += 1;
      this.#start = this.#line;
      return record;
    }
    return undefined;
  }

  #grow(text: string): void {
    if (text === '') return;
    this.#started = true;
    this.#field += text;
    if (this.#field.length > LONGEST_FIELD) {
      throw new Refusal(
        'prices-unreadable',
        `A field in the record of line ${this.#start} is longer than a million characters.`,
        'Look for a quotation mark that is not closed.',
      );
    }
  }

  #push(): void {
    if (this.#fields.length >= MOST_FIELDS) {
      throw new Refusal(
        'prices-unreadable',
        `Line ${this.#start} has more than ${MOST_FIELDS} fields.`,
        'Check that the file is a price list.',
      );
    }
    this.#fields.push(this.#field);
    this.#field = '';
  }

  #record(): Record {
    this.#push();
    const record = { line: this.#start, fields: this.#fields };
    this.#fields = [];
    this.#started = false;
    return record;
  }

  #countLines(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
  }
}

const SPECIAL = /[",\n\r]/g;

/** Where plain text ends. A carriage return is skipped like any other mark: only the line feed ends a record. */
function stop(chunk: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(chunk)?.index ?? chunk.length;
}

/** One line of output; a field is quoted if it must be. */
export const csvLine = (fields: readonly string[]): string =>
  fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
