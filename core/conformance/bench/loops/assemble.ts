/**
 * A small assembler: machine code as hexadecimal bytes, with labels and numbers put in.
 *
 *   name:          a label
 *   74 <name>      its distance from the next byte, one byte
 *   e8 <<name>>    the same in four bytes
 *   b9 {name}      a number, or the address of a label, in four bytes
 *   ; ...          the instruction for the reader
 */
import { Bug } from '../../../base/bug.ts';

const TOKEN = /^(?:([0-9a-f]{2})|<(\w+)>|<<(\w+)>>|\{(\w+)\})$/;

interface Hole {
  readonly at: number;
  readonly width: 1 | 4;
  readonly name: string;
  readonly relative: boolean;
}

/** @param origin address of the first byte */
export function assemble(source: string, origin: number, numbers: Readonly<Record<string, number>> = {}): Uint8Array {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const holes: Hole[] = [];
  for (const line of source.split('\n')) {
    const text = line.replace(/;.*$/, '').trim();
    const label = /^(\w+):$/.exec(text)?.[1];
    if (label !== undefined) {
      labels.set(label, origin + bytes.length);
      continue;
    }
    for (const token of text.split(/\s+/).filter((each) => each !== '')) {
      const [, byte, near, far, number] = TOKEN.exec(token) ?? [];
      const name = near ?? far ?? number;
      if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
      else if (name !== undefined) {
        const width = near === undefined ? 4 : 1;
        holes.push({ at: bytes.length, width, name, relative: number === undefined });
        for (let i = 0; i < width; i++) bytes.push(0);
      } else throw new Bug(`not assembly: ${token}`);
    }
  }
  for (const { at, width, name, relative } of holes) {
    const target = labels.get(name) ?? numbers[name];
    if (target === undefined) throw new Bug(`no label and no number is called ${name}`);
    const value = relative ? target - (origin + at + width) : target;
    if (width === 1 && (value < -128 || value > 127)) throw new Bug(`${name} is too far for a short jump`);
    for (let i = 0; i < width; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff;
  }
  return Uint8Array.from(bytes);
}
