/** The compiled interpreter, for tests. */
import { readFileSync } from 'node:fs';

const FILE = new URL('../cpu/hot/build/hot.wasm', import.meta.url);

export const hotWasm = (): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(FILE));
