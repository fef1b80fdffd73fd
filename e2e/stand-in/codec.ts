/** Values between Node and a page as text: JSON, with bytes in base64. The page's half stands in page-script.ts. */

const MARK = '\u0001';

export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array || item instanceof Uint8ClampedArray) {
      return {
        [MARK]: item instanceof Uint8ClampedArray ? 'c' : 'b',
        data: Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString('base64'),
      };
    }
    // A Buffer arrives here already turned into { type, data } by its toJSON.
    if (isBufferJson(item)) return { [MARK]: 'b', data: Buffer.from(item.data).toString('base64') };
    return item === undefined ? { [MARK]: 'u' } : item;
  });
}

export function decode(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || !(MARK in item)) return item;
    const { [MARK]: kind, data } = item as { [MARK]: string; data: string };
    if (kind === 'u') return undefined;
    const bytes = new Uint8Array(Buffer.from(data, 'base64'));
    return kind === 'c' ? new Uint8ClampedArray(bytes) : bytes;
  });
}

function isBufferJson(item: unknown): item is { type: 'Buffer'; data: number[] } {
  return (
    typeof item === 'object' &&
    item !== null &&
    'type' in item &&
    item.type === 'Buffer' &&
    'data' in item &&
    Array.isArray(item.data)
  );
}
