/** The tables of the MultiProcessor Specification: the same facts as the MADT, for kernels that do not read ACPI. */
import {
  ALL_APICS,
  CONFIGURATION as C,
  ENTRY,
  FLOATING as F,
  INTERRUPT,
  PROCESSOR_FLAGS,
  REVISION_1_4,
  TRIGGER,
} from '../../abi/boot/mp.table.ts';
import { pciLine } from '../../abi/pci/routing.ts';
import { PROCESSOR } from '../../abi/x86/cpuid.table.ts';
import { IO_APIC } from '../../abi/x86/io-apic.table.ts';
import { byteSum, concatenate, textBytes, writeU16, writeU32 } from '../../base/bytes.ts';
import { VERSION } from '../lapic/registers.table.ts';
import { LAYOUT } from '../layout.ts';
import type { Patch } from './bios-data.ts';

const PCI = 0;
const ISA = 1;
const IO_APIC_ID = 0;
/** Lines of the ISA bus; line 2 is the cascade of the legacy controllers. */
const ISA_LINES = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const SLOTS = 32;
/** Features that every processor here has: FPU, CX8, APIC. */
const FEATURES = (1 << 0) | (1 << 8) | (1 << 9);

/** The floating pointer at `address`, in the area where kernels look for it, and the configuration behind it. */
export function mpTables(address: number, cpus: number): Patch {
  const configuration = configurationTable(cpus);
  const pointer = new Uint8Array(F.size);
  pointer.set(textBytes(F.signature));
  writeU32(pointer, F.address, address + F.size);
  pointer[F.length] = F.size / 16;
  pointer[F.revision] = REVISION_1_4;
  pointer[F.checksum] = -byteSum(pointer);
  return { address, bytes: concatenate([pointer, configuration]) };
}

function configurationTable(cpus: number): Uint8Array {
  const entries = [
    ...Array.from({ length: cpus }, (_, index) => processor(index)),
    bus(PCI, 'PCI'),
    bus(ISA, 'ISA'),
    ioApic(),
    // The timer is wired to pin 2, as in the MADT; the system control interrupt is level-triggered.
    ...ISA_LINES.map((line) =>
      interrupt(ENTRY.ioInterrupt, INTERRUPT.vectored, line === LAYOUT.sciIrq ? TRIGGER.highLevel : TRIGGER.conforming, [
        ISA,
        line,
        IO_APIC_ID,
        line === 0 ? 2 : line,
      ]),
    ),
    ...pciInterrupts(),
    interrupt(ENTRY.localInterrupt, INTERRUPT.external, TRIGGER.conforming, [ISA, 0, ALL_APICS, 0]),
    interrupt(ENTRY.localInterrupt, INTERRUPT.nmi, TRIGGER.conforming, [ISA, 0, ALL_APICS, 1]),
  ];
  const table = concatenate([new Uint8Array(C.size), ...entries]);
  table.set(textBytes(C.signature));
  writeU16(table, C.length, table.length);
  table[C.revision] = REVISION_1_4;
  table.set(textBytes('BLNKT'.padEnd(8)), C.oem);
  table.set(textBytes('BLANKET'.padEnd(12)), C.product);
  writeU16(table, C.entries, entries.length);
  writeU32(table, C.localApic, LAYOUT.localApic);
  table[C.checksum] = -byteSum(table);
  return table;
}

function processor(index: number): Uint8Array {
  const flags = PROCESSOR_FLAGS.enabled | (index === 0 ? PROCESSOR_FLAGS.bootstrap : 0);
  const entry = new Uint8Array(ENTRY.processorBytes);
  entry.set([ENTRY.processor, index, VERSION & 0xff, flags]);
  writeU32(entry, 4, PROCESSOR.signature);
  writeU32(entry, 8, FEATURES);
  return entry;
}

const bus = (id: number, name: string): Uint8Array =>
  concatenate([Uint8Array.of(ENTRY.bus, id), textBytes(name.padEnd(ENTRY.bytes - 2))]);

function ioApic(): Uint8Array {
  const entry = Uint8Array.of(ENTRY.ioApic, IO_APIC_ID, IO_APIC.versionNumber, 1, 0, 0, 0, 0);
  writeU32(entry, 4, IO_APIC.address);
  return entry;
}

/** @param wiring source bus, source line, APIC, its pin */
const interrupt = (type: number, kind: number, trigger: number, wiring: readonly [number, number, number, number]): Uint8Array =>
  Uint8Array.of(type, kind, trigger, 0, ...wiring);

/** The source of a PCI interrupt: slot in bits 2-6, pin less one in bits 0-1. */
function pciInterrupts(): Uint8Array[] {
  return Array.from({ length: (SLOTS - 1) * 4 }, (_, index) => {
    const slot = 1 + (index >> 2);
    const pin = 1 + (index & 3);
    return interrupt(ENTRY.ioInterrupt, INTERRUPT.vectored, TRIGGER.conforming, [
      PCI,
      (slot << 2) | (pin - 1),
      IO_APIC_ID,
      pciLine(slot, pin),
    ]);
  });
}
