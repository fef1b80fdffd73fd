/** What the suites put whole stacks together with: one CPU, little memory, no devices, and nobody who reads the emergency console. */
import { readFileSync } from 'node:fs';
import type { PvOptions } from '../worlds/pv.ts';

const HOT_WASM = new URL('../hardware/cpu/hot/build/hot.wasm', import.meta.url);

/** @param changes what the suite wants otherwise */
export const smallWorld = (changes: Partial<PvOptions> = {}): PvOptions => ({
  wasm: readFileSync(HOT_WASM),
  memoryBytes: 64 * 2 ** 20,
  cpus: 1,
  frequency: 1e9,
  epoch: 0,
  emergency: () => {},
  ...changes,
});
