/** The ACPI tables of the board, placed one behind the other in the firmware's memory. */
import { FADT as F, FACS, GENERIC_ADDRESS as G, TABLE_HEADER as H, MADT as M, RSDP as R } from '../../abi/boot/acpi.table.ts';
import { alignUp } from '../../base/bits.ts';
import { byteSum, concatenate, textBytes, writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import { GPE0, PM1, RESET_CONTROL } from '../acpi-pm/registers.table.ts';
import { LAYOUT } from '../layout.ts';
import { type BoardParts, dsdtBody } from './dsdt.ts';

const OEM = 'BLNKT ';
const OEM_TABLE = 'BLANKET ';
const REVISION = 1;

/** All tables as one block of bytes that must be placed at `address`; the RSDP comes first. */
export function acpiTables(address: number, parts: BoardParts): Uint8Array {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let next = alignUp(address + R.size, FACS.alignment);
  const place = (bytes: Uint8Array): number => {
    const at = next;
    pieces.push({ at, bytes });
    next = alignUp(at + bytes.length, 16);
    return at;
  };
  const facs = place(facsTable());
  const dsdt = place(table('DSDT', 2, dsdtBody(parts)));
  const fadt = place(fadtTable(facs, dsdt));
  const madt = place(madtTable(parts.cpus));
  const rsdt = place(table('RSDT', 1, addresses([fadt, madt], 4)));
  const xsdt = place(table('XSDT', 1, addresses([fadt, madt], 8)));
  const block = new Uint8Array(next - address);
  block.set(rsdp(rsdt, xsdt));
  for (const { at, bytes } of pieces) block.set(bytes, at - address);
  return block;
}

const seal = (bytes: Uint8Array, checksumAt: number): Uint8Array => {
  bytes[checksumAt] = (0x100 - byteSum(bytes)) & 0xff;
  return bytes;
};

function table(signature: string, revision: number, body: Uint8Array): Uint8Array {
  const bytes = concatenate([new Uint8Array(H.size), body]);
  bytes.set(textBytes(signature), H.signature);
  writeU32(bytes, H.length, bytes.length);
  bytes[H.revision] = revision;
  bytes.set(textBytes(OEM), H.oemId);
  bytes.set(textBytes(OEM_TABLE), H.oemTableId);
  writeU32(bytes, H.oemRevision, REVISION);
  bytes.set(textBytes('BLNK'), H.creatorId);
  writeU32(bytes, H.creatorRevision, REVISION);
  return seal(bytes, H.checksum);
}

function rsdp(rsdt: number, xsdt: number): Uint8Array {
  const bytes = new Uint8Array(R.size);
  bytes.set(textBytes('RSD PTR '), R.signature);
  bytes.set(textBytes(OEM), R.oemId);
  bytes[R.revision] = 2;
  writeU32(bytes, R.rsdt, rsdt);
  writeU32(bytes, R.length, R.size);
  writeU64(bytes, R.xsdt, xsdt);
  // The first checksum covers the 20 bytes of the old structure only.
  seal(bytes.subarray(0, R.length), R.checksum);
  return seal(bytes, R.extendedChecksum);
}

function addresses(tables: readonly number[], width: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(tables.length * width);
  tables.forEach((address, index) => {
    writeU32(bytes, index * width, address);
  });
  return bytes;
}

function facsTable(): Uint8Array {
  const bytes = new Uint8Array(FACS.size);
  bytes.set(textBytes('FACS'), FACS.signature);
  writeU32(bytes, FACS.length, FACS.size);
  bytes[FACS.version] = 2;
  return bytes;
}

function ioAddress(bytes: Uint8Array, at: number, port: number, width: number): void {
  bytes[at + G.space] = G.ioSpace;
  bytes[at + G.bitWidth] = width * 8;
  bytes[at + G.accessSize] = Math.min(Math.log2(width) + 1, 3);
  writeU64(bytes, at + G.address, port);
}

function fadtTable(facs: number, dsdt: number): Uint8Array {
  // Offsets of the table count from its start, those of the body from behind the header.
  const whole = new Uint8Array(F.size);
  const pm = LAYOUT.pmBase;
  writeU32(whole, F.facs, facs);
  writeU32(whole, F.dsdt, dsdt);
  whole[F.profile] = F.desktop;
  writeU16(whole, F.sciInterrupt, LAYOUT.sciIrq);
  writeU32(whole, F.pm1aEvent, pm + PM1.status);
  writeU32(whole, F.pm1aControl, pm + PM1.control);
  writeU32(whole, F.pmTimer, pm + PM1.timer);
  writeU32(whole, F.gpe0, LAYOUT.gpeBase);
  whole[F.pm1EventLength] = 4;
  whole[F.pm1ControlLength] = 2;
  whole[F.pmTimerLength] = 4;
  whole[F.gpe0Length] = GPE0.length;
  // Latencies beyond these say: no deeper sleep states.
  writeU16(whole, F.c2Latency, 0xfff);
  writeU16(whole, F.c3Latency, 0xfff);
  whole[F.century] = 0x32;
  writeU16(whole, F.bootArchitecture, F.bootLegacyDevices | F.bootNoVga);
  writeU32(whole, F.flags, F.flagWbinvd | F.flagC1 | F.flagNoSleepButton | F.flagResetRegister);
  ioAddress(whole, F.resetRegister, RESET_CONTROL.port, 1);
  whole[F.resetValue] = RESET_CONTROL.full;
  writeU64(whole, F.xDsdt, dsdt);
  ioAddress(whole, F.xPm1aEvent, pm + PM1.status, 4);
  ioAddress(whole, F.xPm1aControl, pm + PM1.control, 2);
  ioAddress(whole, F.xPmTimer, pm + PM1.timer, 4);
  ioAddress(whole, F.xGpe0, LAYOUT.gpeBase, GPE0.length);
  return table('FACP', F.revision, whole.subarray(H.size));
}

function madtTable(cpus: number): Uint8Array {
  const entries: Uint8Array[] = [];
  for (let index = 0; index < cpus; index++) entries.push(Uint8Array.of(M.localApic, 8, index, index, 1, 0, 0, 0));
  const ioApic = Uint8Array.of(M.ioApic, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  writeU32(ioApic, 4, LAYOUT.ioApic);
  // The interval timer is wired to pin 2; the system control interrupt is level-triggered.
  const timer = Uint8Array.of(M.override, 10, 0, 0, 2, 0, 0, 0, 0, 0);
  const sci = Uint8Array.of(M.override, 10, 0, LAYOUT.sciIrq, LAYOUT.sciIrq, 0, 0, 0, 0, 0);
  writeU16(sci, 8, M.activeHigh | M.levelTriggered);
  // NMI is wired to LINT1 of every processor.
  const nmi = Uint8Array.of(M.localNmi, 6, 0xff, 0, 0, 1);
  const head = new Uint8Array(M.entries - H.size);
  writeU32(head, M.localApicAddress - H.size, LAYOUT.localApic);
  writeU32(head, M.flags - H.size, M.pcAtCompatible);
  return table('APIC', 3, concatenate([head, ...entries, ioApic, timer, sci, nmi]));
}
