/** ACPI tables: layouts of those the board offers. Source: ACPI Specification 6.5, chapter 5. */

/** Offsets in the header that every table but the RSDP and FACS begins with. */
export const TABLE_HEADER = {
  signature: 0, length: 4, revision: 8, checksum: 9, oemId: 10, oemTableId: 16, oemRevision: 24, creatorId: 28, creatorRevision: 32, size: 36,
} as const;

export const RSDP = { signature: 0, checksum: 8, oemId: 9, revision: 15, rsdt: 16, length: 20, xsdt: 24, extendedChecksum: 32, size: 36 } as const;

/** Fixed ACPI description table, revision 5. */
export const FADT = {
  facs: 36, dsdt: 40, profile: 45, sciInterrupt: 46, smiCommand: 48, pm1aEvent: 56, pm1aControl: 64, pmTimer: 76, gpe0: 80,
  pm1EventLength: 88, pm1ControlLength: 89, pmTimerLength: 91, gpe0Length: 92, c2Latency: 96, c3Latency: 98, century: 108,
  bootArchitecture: 109, flags: 112, resetRegister: 116, resetValue: 128, xDsdt: 140, xPm1aEvent: 148, xPm1aControl: 172, xPmTimer: 208, xGpe0: 220,
  size: 268, revision: 5,
  bootLegacyDevices: 1 << 0, bootNoVga: 1 << 2,
  flagWbinvd: 1 << 0, flagC1: 1 << 2, flagNoSleepButton: 1 << 5, flagResetRegister: 1 << 10,
  desktop: 1,
} as const;

export const GENERIC_ADDRESS = { space: 0, bitWidth: 1, bitOffset: 2, accessSize: 3, address: 4, ioSpace: 1, size: 12 } as const;
export const FACS = { signature: 0, length: 4, version: 32, size: 64, alignment: 64 } as const;

export const MADT = {
  localApicAddress: 36, flags: 40, entries: 44, pcAtCompatible: 1,
  localApic: 0, ioApic: 1, override: 2, localNmi: 4,
  activeHigh: 1, levelTriggered: 3 << 2,
} as const;

/** AML opcodes used by the DSDT. Source: ACPI Specification 6.5, section 20.3. */
export const AML = {
  zero: 0x00, one: 0x01, name: 0x08, bytePrefix: 0x0a, wordPrefix: 0x0b, dwordPrefix: 0x0c, stringPrefix: 0x0d, scope: 0x10, buffer: 0x11, package: 0x12,
  rootChar: 0x5c, dualName: 0x2e, multiName: 0x2f, extension: 0x5b, device: 0x82,
} as const;

/** Resource descriptors. Source: ACPI Specification 6.5, section 6.4. */
export const RESOURCE = {
  irqNoFlags: 0x22, ioPort: 0x47, end: 0x79, dwordAddress: 0x87, wordAddress: 0x88, memoryFixed: 0x86,
  memoryRange: 0, ioRange: 1, busRange: 2, decode16: 1,
  /** General flags: minimum and maximum are fixed, positive decode, producer. */
  fixedMinMax: 0x0c, ioEntireRange: 0x03, memoryCacheableWritable: 0x01,
} as const;
