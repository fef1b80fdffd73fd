/** Tables of the MultiProcessor Specification, by which systems without ACPI find processors. Source: version 1.4 (Intel 242016-006), chapter 4. */

export const FLOATING = { signature: '_MP_', size: 16, address: 4, length: 8, revision: 9, checksum: 10 } as const;

export const CONFIGURATION = {
  signature: 'PCMP', size: 44,
  length: 4, revision: 6, checksum: 7, oem: 8, product: 16, entries: 34, localApic: 36,
} as const;

export const REVISION_1_4 = 4;

/** Types of entries and their lengths; all but processors have 8 bytes. */
export const ENTRY = { processor: 0, bus: 1, ioApic: 2, ioInterrupt: 3, localInterrupt: 4, processorBytes: 20, bytes: 8 } as const;
export const PROCESSOR_FLAGS = { enabled: 1, bootstrap: 2 } as const;
export const INTERRUPT = { vectored: 0, nmi: 1, external: 3 } as const;
/** Polarity and trigger: as the bus has it, or active high and level-triggered. */
export const TRIGGER = { conforming: 0, highLevel: 0x0d } as const;
export const ALL_APICS = 0xff;
