// Modes: what changes when CR0, CR3, CR4, EFER, CS or the privilege level change (SDM vol. 3, 2.5, 4.1, 9.8.5, 9.9).
//
//   EFER.LME and CR0.PG    EFER.LMA    CS.L  CS.D    mode
//   not both               0           -     0/1     16-bit or 32-bit code (real mode without CR0.PE)
//   both                   1           0     0/1     compatibility mode, 16-bit or 32-bit code
//   both                   1           1     0       64-bit mode
import { controlWrite } from './env';
import { Constant, Offset } from './gen/offsets';
import { Attribute, longMode, System } from './descriptors';
import { raiseGp } from './raise';
import { cpl, cpu, Cr0, cr0, Cr4, cr4, Efer, efer, is64, Mode, Seg, segmentAttributes } from './state';
import { dropFetchWindow, flushAll, flushSet, flushTranslations, privilegeChanged } from './tlb';
import { checksAlignment, loadPdptes } from './walk';

const CR0_ET: u64 = 0x10;
const CR0_PG: u64 = 0x8000_0000;
const CR0_NW: u64 = 1 << 29;
const CR0_CD: u64 = 1 << 30;
/** PE MP EM TS ET NE WP AM NW CD PG; the others stay clear, whatever is written (SDM vol. 3, 2.5). */
const CR0_KNOWN: u64 = 0xe005_003f;

/** Bits of CR4 that exist here; any other is reserved and raises #GP. VME, PVI, LA57, VMXE, SMXE are not offered. */
const CR4_OFFERED: u64 = Cr4.tsd | Cr4.de | Cr4.pse | Cr4.pae | Cr4.mce | Cr4.pge | Cr4.pce | Cr4.osfxsr | Cr4.osxmmexcpt
  | Cr4.umip | Cr4.fsgsbase | Cr4.pcide | Cr4.smep | Cr4.smap;
/** A change of one of these makes cached translations wrong (SDM vol. 3, 4.10.4.1). */
const CR4_TRANSLATION: u64 = Cr4.pse | Cr4.pae | Cr4.pge | Cr4.smep | Cr4.smap;

/** Beyond the 40 address bits that CPUID announces (walk.ts). */
const CR3_RESERVED: u64 = 0xffff_ff00_0000_0000;
/** With PCIDs: "keep what is cached for this one". It is not stored; the TLB may forget at any time, and here it does. */
const CR3_KEEP: u64 = 1 << 63;
/** The process-context identifier in CR3. */
const PCID: u64 = 0xfff;

const EFER_OFFERED: u64 = Efer.sce | Efer.lme | Efer.lma | Efer.nxe;

/** Code width of CS under the present mode. */
export function updateMode(): void {
  const attributes = segmentAttributes(Seg.cs);
  let mode: u32 = attributes & Attribute.big ? Mode.code32 : Mode.code16;
  if (longMode() && attributes & Attribute.long) mode = Mode.code64;
  store<u32>(cpu, mode, Offset.mode);
  dropFetchWindow();
}

export function setPrivilege(level: u32): void {
  if (cpl() == level) return;
  store<u32>(cpu, level, Offset.cpl);
  privilegeChanged();
  if (level == 3) alignmentChanged();
}

/** Ring 3 may have begun to check alignment: data it reached unchecked is looked at anew. */
export function alignmentChanged(): void {
  if (checksAlignment()) flushSet(load<u32>(cpu, Offset.tlbSet), false);
}

/** Tells the layer outside about a control register that was written, if it asked. */
export function tellControl(register: u32, value: u64): void {
  if (load<u32>(cpu, Offset.controls) & Constant.controlCr) controlWrite(cpu, register, value);
}

/** PAE paging keeps its four top entries in registers, loaded with CR3 (SDM vol. 3, 4.4.1). False: #GP was raised. */
function takePdptes(cr3: u64): bool {
  if (loadPdptes(cr3)) return true;
  raiseGp();
  return false;
}

@inline function usesPae(control0: u64, control4: u64): bool {
  return (control0 & CR0_PG) != 0 && (control4 & Cr4.pae) != 0 && !(efer() & Efer.lme);
}

/** Paging is being switched on: with EFER.LME this activates IA-32e mode, after the checks of SDM vol. 3, 9.8.5. */
function mayEnablePaging(): bool {
  if (!(efer() & Efer.lme)) return true;
  const task = segmentAttributes(Seg.tr) & 0x1f;
  return (cr4() & Cr4.pae) != 0 && !(segmentAttributes(Seg.cs) & Attribute.long) && task != System.tss16 && task != System.busyTss16;
}

export function writeCr0(value: u64): void {
  const next = (value & CR0_KNOWN) | CR0_ET;
  const changed = cr0() ^ next;
  if (value >> 32 || (next & CR0_PG && !(next & Cr0.pe)) || (next & (CR0_NW | CR0_CD)) == CR0_NW) return raiseGp();
  if (changed & CR0_PG && !(next & CR0_PG ? mayEnablePaging() : !is64() && !(cr4() & Cr4.pcide))) return raiseGp();
  if (changed & (CR0_PG | CR0_NW | CR0_CD) && usesPae(next, cr4()) && !takePdptes(load<u64>(cpu, Offset.cr3))) return;
  if (changed & CR0_PG && efer() & Efer.lme) {
    store<u64>(cpu, next & CR0_PG ? efer() | Efer.lma : efer() & ~Efer.lma, Offset.efer);
  }
  store<u64>(cpu, next, Offset.cr0);
  if (changed & (CR0_PG | Cr0.pe | Cr0.wp)) {
    flushAll();
    updateMode();
  }
  tellControl(0, next);
}

export function writeCr3(value: u64): void {
  let next = value;
  if (longMode()) {
    if (cr4() & Cr4.pcide) next &= ~CR3_KEEP;
    if (next & CR3_RESERVED) return raiseGp();
  } else if (usesPae(cr0(), cr4()) && !takePdptes(next)) return;
  store<u64>(cpu, next, Offset.cr3);
  flushTranslations((cr4() & Cr4.pge) != 0);
  tellControl(3, next);
}

export function writeCr4(value: u64): void {
  const changed = cr4() ^ value;
  if (value & ~CR4_OFFERED || (longMode() && !(value & Cr4.pae))) return raiseGp();
  if (changed & value & Cr4.pcide && (!longMode() || load<u64>(cpu, Offset.cr3) & PCID)) return raiseGp();
  if (changed & CR4_TRANSLATION && usesPae(cr0(), value) && !takePdptes(load<u64>(cpu, Offset.cr3))) return;
  store<u64>(cpu, value, Offset.cr4);
  if (changed & CR4_TRANSLATION) flushAll();
  tellControl(4, value);
}

/** LMA is read-only; LME may not change under paging. */
export function writeEfer(value: u64): void {
  const old = efer();
  const next = (value & ~Efer.lma) | (old & Efer.lma);
  if (value & ~EFER_OFFERED || ((old ^ next) & Efer.lme && cr0() & CR0_PG)) return raiseGp();
  store<u64>(cpu, next, Offset.efer);
  if ((old ^ next) & Efer.nxe) flushAll();
}
