/**
 * How the boards wire interrupt pins of PCI slots, as their _PRT method tells an operating system.
 *
 * Pin p (1 to 4: INTA to INTD) of slot s is wired to line 16 + (s + p - 1) mod 8 of the I/O APIC; for software that knows only
 * the legacy controllers also to line 10 or 11.
 */
export const PCI_LINES = { first: 16, count: 8 } as const;

export const pciLine = (slot: number, pin: number): number => PCI_LINES.first + ((slot + pin - 1) % PCI_LINES.count);
export const legacyPciLine = (slot: number, pin: number): number => ((slot + pin - 1) % 2 === 0 ? 10 : 11);
