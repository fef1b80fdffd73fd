/** Files that come with the program, where the command line finds them. Paths start here: see tools/blanket.js. */
import { fileURLToPath } from 'node:url';

/** The compiled interpreter. */
export const ENGINE = fileURLToPath(new URL('../../core/hardware/cpu/hot/build/hot.wasm', import.meta.url));
/** Folder of price lists. */
export const CATALOGUES = fileURLToPath(new URL('../../assets/catalogues/', import.meta.url));
