/** Every packing gives back the same bytes; a damaged stream is told, never hung on. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeU32 } from '../../../base/bytes.ts';
import { packFormat, unpack } from './unpack.ts';

const codecs = { gzip: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)), zstd: (bytes: Uint8Array) => bytes };

/** Sixty calls and jumps with changing targets: the x86 filter has work to do on every one. */
function sample(): Uint8Array {
  const bytes = new Uint8Array(960);
  for (let i = 0; i < 60; i++) {
    const at = i * 16;
    bytes.set([0x55, 0x48, 0x89, 0xe5, 0xe8], at);
    writeU32(bytes, at + 5, 0x4000 - i * 16);
    bytes.set([i, 255 - i, 0xe9], at + 9);
    writeU32(bytes, at + 12, (-i * 11) >>> 0);
  }
  return bytes;
}

/** The sample packed by the usual command line tools. */
const PACKED = {
  'xz --x86 --check=crc32':
    '/Td6WFoAAAFpIt42AgEEACEBEACLIW9J4AO/AOpdACqSDaTkvlRxmia8WD23j4XDK71CtXb31MbZD58CHA+fyAyNhU8sXWPVUWrLrqRw9e6psUcedRrDGzNxcbdnkVj0L1YjUgF7pGhwhN1K79+Y0RrZOkKqzEowNcjUpn/1qk9bHGg34Bd4GZoQM/RvSWMcy+eGgZYabTRMVvobVTkVV6hoKtEQ3sSY+eVEwEW63M1DLt54bicG7meUMGSxvL4+x0/uioGqo6ggsmNes5By3lYSItYUkEFFQGZ7BXgTEndacMSrR8PZJkpyjU0Ki8M3mcA9wFNItu4ILqEB4c4HURuc9yVkSdEiAAAAALhDtikAAYICwAcAAO3K75k+MA2LAgAAAAABWVo=',
  lzma: 'XQAAgAD//////////wAqkg2k5L4wg5omvFg7P4WlX19VJg1VA/yqrBmL/Xb9hcWv+tIUxYjZS/2U/fv68bf4/hCrhMrkyZFaZjuU+mqYYWLW7Cres8o6FI8VXsJCkc/AyXXG1L+biIkZZa7GXMcLy8xkJzyByIo4iEGTwruyK+OuRRJ7wzHgjJmRB++tVVZYQxHUkiP5HxLSShqGW33rsFQHwwaJMSVzx6wVdrQWFi+QayUhJ3lyhM+TyOzf2PYiTrBqksidQp0MyqHctVxmO8iiEoTFbXnNScywsCZVwmel+n0Y89JaU/3tV9XpeOTA9cuHvTsJnzZHquTGallSoni9DEjmL4emPNSWW6k2C7dXE1gUpHGA6cbKei/vcGEovWRD+YhPyhpxHvamqbh9EXLOTSFrQB4F2zLO3kTEMcngAY2xe/APCv/7EwAA',
  'lz4 -l':
    'AiFMGKMCAADxAVVIieXoAEAAAAD/6QAAAAAQALHwPwAAAf7p9f///xAAhOA/AAAC/enqEACE0D8AAAP86d8QAITAPwAABPvp1BAAhLA/AAAF+unJEACEoD8AAAb56b4QAISQPwAAB/jpsxAAhIA/AAAI9+moEACEcD8AAAn26Z0QAIRgPwAACvXpkhAAhFA/AAAL9OmHEACEQD8AAAzz6XwQAIQwPwAADfLpcRAAhCA/AAAO8elmEACEED8AAA/w6VsQAIQAPwAAEO/pUBAAhPA+AAAR7ulFEACE4D4AABLt6ToQAITQPgAAE+zpLxAAhMA+AAAU6+kkEACEsD4AABXq6RkQAISgPgAAFunpDhAAhJA+AAAX6OkDEACTgD4AABjn6fj+YAGEcD4AABnm6e0QAIRgPgAAGuXp4hAAhFA+AAAb5OnXEACEQD4AABzj6cwQAIQwPgAAHeLpwRAAhCA+AAAe4em2EACEED4AAB/g6asQAIQAPgAAIN/poBAAhPA9AAAh3umVEACE4D0AACLd6YoQAITQPQAAI9zpfxAAhMA9AAAk2+l0EACEsD0AACXa6WkQAISgPQAAJtnpXhAAhJA9AAAn2OlTEACEgD0AACjX6UgQAIRwPQAAKdbpPRAAhGA9AAAq1ekyEACEUD0AACvU6ScQAIRAPQAALNPpHBAAhDA9AAAt0ukREACEID0AAC7R6QYQAJMQPQAAL9Dp+/1wAYQAPQAAMM/p8BAAhPA8AAAxzunlEACE4DwAADLN6doQAITQPAAAM8zpzxAAhMA8AAA0y+nEEACEsDwAADXK6bkQAISgPAAANsnprhAAhJA8AAA3yOmjEACEgDwAADjH6ZgQAIRwPAAAOcbpjRAAhGA8AAA6xemCEACwUDwAADvE6Xf9//8=',
};
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('unpack', () => {
  for (const [tool, text] of Object.entries(PACKED)) {
    it(`undoes ${tool}`, () => {
      const result = unpack(decode(text), 960, codecs);
      expect(result).toEqual({ kind: 'unpacked', bytes: sample() });
    });

    it(`tells truncated and altered ${tool} data apart from whole ones`, () => {
      const whole = decode(text);
      for (let length = 8; length < whole.length - 24; length += 7) {
        expect(unpack(whole.subarray(0, length), 960, codecs).kind).toBe('damaged');
      }
      for (let at = 13; at < whole.length; at += 5) {
        const altered = whole.slice();
        altered[at] = (altered[at] ?? 0) ^ 0x55;
        expect(['damaged', 'unpacked']).toContain(unpack(altered, 960, codecs).kind);
      }
    });
  }

  it('leaves gzip to the host', () => {
    expect(unpack(new Uint8Array(gzipSync(sample())), 0, codecs)).toMatchObject({ kind: 'unpacked', bytes: sample() });
    expect(unpack(Uint8Array.of(0x1f, 0x8b, 1, 2, 3), 0, codecs).kind).toBe('damaged');
  });

  it('names what it cannot undo', () => {
    expect(packFormat(Uint8Array.of(0x42, 0x5a, 0x68))).toBe('bzip2');
    expect(unpack(Uint8Array.of(0x42, 0x5a, 0x68), 1, codecs)).toEqual({ kind: 'unsupported', format: 'bzip2' });
  });
});
