/** Address range types of the firmware memory map. Source: ACPI Specification 6.5, table 15.5. */

export const RANGE_TYPE = { ram: 1, reserved: 2, acpiReclaimable: 3, acpiNvs: 4, unusable: 5 } as const;

export type RangeType = (typeof RANGE_TYPE)[keyof typeof RANGE_TYPE];

export interface MemoryMapEntry {
  readonly start: number;
  readonly length: number;
  readonly type: RangeType;
}
