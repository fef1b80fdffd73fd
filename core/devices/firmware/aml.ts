/** A tiny assembler for ACPI machine language: just what a description without methods needs. */
import { AML, RESOURCE } from '../../abi/boot/acpi.table.ts';
import { concatenate, textBytes, writeU16, writeU32 } from '../../base/bytes.ts';

/** Four characters, padded with underscores. */
const segment = (name: string): Uint8Array => textBytes(name.padEnd(4, '_'));

/** A path such as `\_SB.PCI0` or `_HID`. */
export function path(text: string): Uint8Array {
  const root = text.startsWith('\\');
  const names = (root ? text.slice(1) : text).split('.').map(segment);
  const prefix = names.length === 1 ? [] : names.length === 2 ? [AML.dualName] : [AML.multiName, names.length];
  return concatenate([Uint8Array.from(root ? [AML.rootChar, ...prefix] : prefix), ...names]);
}

export function integer(value: number): Uint8Array {
  if (value === 0) return Uint8Array.of(AML.zero);
  if (value === 1) return Uint8Array.of(AML.one);
  if (value < 0x100) return Uint8Array.of(AML.bytePrefix, value);
  const bytes = new Uint8Array(value < 0x1_0000 ? 3 : 5);
  bytes[0] = value < 0x1_0000 ? AML.wordPrefix : AML.dwordPrefix;
  if (bytes.length === 3) writeU16(bytes, 1, value);
  else writeU32(bytes, 1, value);
  return bytes;
}

export const string = (text: string): Uint8Array => concatenate([Uint8Array.of(AML.stringPrefix), textBytes(`${text}\0`)]);

/** A length that counts itself: one byte up to 63, else a nibble and up to three bytes more. */
function sized(content: Uint8Array): Uint8Array {
  if (content.length + 1 < 64) return concatenate([Uint8Array.of(content.length + 1), content]);
  const more = content.length + 2 < 0x1000 ? 1 : content.length + 3 < 0x10_0000 ? 2 : 3;
  const length = content.length + 1 + more;
  const lead = [(more << 6) | (length & 15)];
  for (let i = 0; i < more; i++) lead.push((length >> (4 + 8 * i)) & 0xff);
  return concatenate([Uint8Array.from(lead), content]);
}

export const name = (text: string, value: Uint8Array): Uint8Array => concatenate([Uint8Array.of(AML.name), path(text), value]);

export const scope = (text: string, ...terms: readonly Uint8Array[]): Uint8Array =>
  concatenate([Uint8Array.of(AML.scope), sized(concatenate([path(text), ...terms]))]);

export const device = (text: string, ...terms: readonly Uint8Array[]): Uint8Array =>
  concatenate([Uint8Array.of(AML.extension, AML.device), sized(concatenate([path(text), ...terms]))]);

export const pack = (...elements: readonly Uint8Array[]): Uint8Array =>
  concatenate([Uint8Array.of(AML.package), sized(concatenate([Uint8Array.of(elements.length), ...elements]))]);

/** Resource descriptors as a buffer, closed by an end tag. */
export function resources(...descriptors: readonly Uint8Array[]): Uint8Array {
  const bytes = concatenate([...descriptors, Uint8Array.of(RESOURCE.end, 0)]);
  return concatenate([Uint8Array.of(AML.buffer), sized(concatenate([integer(bytes.length), bytes]))]);
}

/** A compressed identifier such as PNP0501: three letters of five bits, four hexadecimal digits, bytes swapped. */
export function eisaId(id: string): Uint8Array {
  const letters = [0, 1, 2].reduce((value, at) => (value << 5) | (id.charCodeAt(at) - 0x40), 0);
  const value = letters * 0x1_0000 + Number.parseInt(id.slice(3), 16);
  const bytes = Uint8Array.of(AML.dwordPrefix, 0, 0, 0, 0);
  for (let i = 0; i < 4; i++) bytes[1 + i] = Math.floor(value / 2 ** (24 - 8 * i)) & 0xff;
  return bytes;
}

export function ioPorts(first: number, length: number): Uint8Array {
  const bytes = Uint8Array.of(RESOURCE.ioPort, RESOURCE.decode16, 0, 0, 0, 0, 1, length);
  writeU16(bytes, 2, first);
  writeU16(bytes, 4, first);
  return bytes;
}

export function irq(line: number): Uint8Array {
  const bytes = Uint8Array.of(RESOURCE.irqNoFlags, 0, 0);
  writeU16(bytes, 1, 1 << line);
  return bytes;
}

/** A window that the device hands on to what is behind it: bus numbers, ports (16 bits) or memory (32 bits). */
export function addressWindow(kind: 'bus' | 'io' | 'memory', first: number, last: number): Uint8Array {
  const wide = kind === 'memory';
  const bytes = new Uint8Array(wide ? 26 : 16);
  const types = { bus: RESOURCE.busRange, io: RESOURCE.ioRange, memory: RESOURCE.memoryRange } as const;
  const flags = { bus: 0, io: RESOURCE.ioEntireRange, memory: RESOURCE.memoryCacheableWritable } as const;
  bytes[0] = wide ? RESOURCE.dwordAddress : RESOURCE.wordAddress;
  writeU16(bytes, 1, bytes.length - 3);
  bytes.set([types[kind], RESOURCE.fixedMinMax, flags[kind]], 3);
  const put = wide ? writeU32 : writeU16;
  const width = wide ? 4 : 2;
  // Granularity, first, last, translation, length.
  put(bytes, 6 + width, first);
  put(bytes, 6 + 2 * width, last);
  put(bytes, 6 + 4 * width, last - first + 1);
  return bytes;
}
