/** Little-endian numbers and text in byte arrays, bounds checked by the caller or answered with zero bytes. */

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const readU16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

export const readU32 = (bytes: Uint8Array, at: number): number => (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;

export const readU64 = (bytes: Uint8Array, at: number): bigint =>
  BigInt(readU32(bytes, at)) | (BigInt(readU32(bytes, at + 4)) << 32n);

/** A 64-bit field whose value must fit a number exactly; larger ones come back as infinity, which no range check passes. */
export const readSize = (bytes: Uint8Array, at: number): number => {
  const high = readU32(bytes, at + 4);
  return high < 0x20_0000 ? high * 2 ** 32 + readU32(bytes, at) : Number.POSITIVE_INFINITY;
};

export const writeU16 = (bytes: Uint8Array, at: number, value: number): void => view(bytes).setUint16(at, value, true);
export const writeU32 = (bytes: Uint8Array, at: number, value: number): void => view(bytes).setUint32(at, value, true);
export const writeU64 = (bytes: Uint8Array, at: number, value: bigint | number): void =>
  view(bytes).setBigUint64(at, BigInt(value), true);

/** Bytes up to, not including, the first zero byte. */
export function readText(bytes: Uint8Array, at: number, limit = bytes.length): string {
  let end = at;
  while (end < limit && bytes[end] !== 0 && bytes[end] !== undefined) end++;
  return String.fromCharCode(...bytes.subarray(at, end));
}

/** Text of characters 0-255, without a terminator. */
export const textBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Sum of all bytes modulo 256: firmware tables carry a byte that makes it zero. */
export const byteSum = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
