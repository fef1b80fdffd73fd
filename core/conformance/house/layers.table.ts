/** Which folder may import which: the arrows of the design, as data. A folder that is not listed may not exist. */

/** Folders of core, each with the folders of core that it may import besides itself. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  isa: ['base'],
  abi: ['base'],
  observe: ['base'],
  contract: ['base'],
  seams: ['base', 'abi', 'observe', 'contract'],
  // Leaves: they meet as values in worlds, never by import.
  hardware: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  devices: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  hypervisors: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  drivers: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  guests: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  network: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  control: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  cloud: ['base', 'isa', 'abi', 'observe', 'contract', 'seams'],
  /** What the person's operating system gives: files, packages. The only leaf that knows Node. */
  host: ['base', 'abi', 'observe', 'contract', 'seams'],
  // The hub, and what stands on it.
  worlds: ['base', 'isa', 'abi', 'observe', 'contract', 'seams', 'hardware', 'devices', 'hypervisors', 'drivers', 'guests', 'network', 'control', 'cloud', 'host'],
  /** A world served: its records, tasks and streams behind the calls of the contract, whatever carries them. */
  service: ['base', 'contract', 'seams', 'host', 'worlds'],
  tables: ['base', 'isa', 'abi', 'hardware', 'devices', 'observe', 'contract'],
  cli: ['base', 'contract', 'seams', 'host', 'guests', 'cloud', 'worlds', 'service', 'tables'],
  conformance: ['base', 'isa', 'abi', 'observe', 'contract', 'seams', 'hardware', 'devices', 'hypervisors', 'drivers', 'guests', 'network', 'control', 'cloud', 'host', 'worlds', 'service', 'tables', 'cli'],
};

/**
 * What only ring 0 holds, and programs that live in a control or driver domain may not even name: neither they nor anything
 * they import. What they have instead is `core/seams/platform.ts` and `core/seams/driver-domain.ts`.
 */
export const RING_ZERO = {
  seams: ['core/seams/machine.ts', 'core/seams/board.ts', 'core/seams/below.ts', 'core/seams/upcalls.ts'],
  without: ['drivers', 'control', 'network'],
} as const;

/** What the folders beside core may import of core. */
export const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  renderer: ['contract'],
  main: ['contract', 'base', 'host'],
  'main/processes': ['contract', 'base', 'worlds', 'service', 'seams', 'host', 'cloud'],
};
