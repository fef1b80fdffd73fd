/** What the suites put whole stacks together with: one CPU, little memory, no devices, and nobody who reads the emergency console. */
import { hotWasm } from '../hardware/testing/hot-wasm.ts';
import type { PvOptions } from '../worlds/pv.ts';

/** @param changes what the suite wants otherwise */
export const smallWorld = (changes: Partial<PvOptions> = {}): PvOptions => ({
  wasm: hotWasm(),
  memoryBytes: 64 * 2 ** 20,
  cpus: 1,
  frequency: 1e9,
  epoch: 0,
  emergency: () => {},
  ...changes,
});
