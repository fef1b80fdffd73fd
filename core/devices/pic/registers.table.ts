/** Command words of the 8259A interrupt controller. Source: Intel 8259A data sheet, order number 231468-003. */

export const ICW1 = { select: 0x10, icw4: 0x01, single: 0x02, level: 0x08 } as const;
export const ICW4 = { autoEoi: 0x02 } as const;
export const OCW3 = { select: 0x08, mask: 0x18, poll: 0x04, readMask: 0x03, readIrr: 0x02, readIsr: 0x03, specialMaskSet: 0x60, specialMaskReset: 0x40 } as const;
/** Bits 5-7 of OCW2. */
export const OCW2 = { rotate: 0x80, specific: 0x40, eoi: 0x20 } as const;

export const PIC_PORTS = { primary: 0x20, secondary: 0xa0, edgeLevel: 0x4d0 } as const;
/** The input of the primary controller that the secondary's output is wired to. */
export const CASCADE = 2;
