// Power-up, INIT and start-up: the states a processor begins in (SDM vol. 3, 9.1.1, table 9-1; 8.4).
//
//                       power-up            INIT                     SIPI with vector v
//   CS:IP               F000:FFF0 at the top of 4 GiB                v00h:0, base v000h
//   CR0                 6000_0010           CD and NW stay           -
//   x87, SSE            initial             stay                     -
//   MSRs, TSC           initial             stay, but for EFER       -
//   then                runs                waits (halted = 2)       runs
import { Attribute } from './descriptors';
import { DR6_RESERVED, Dr7, setDebugRegister } from './debug';
import { writeFlags } from './flags';
import { Offset } from './gen/offsets';
import { updateMode } from './mode';
import { setSegment } from './segments';
import { cpu, Seg, setCpu, setGpr64, setRip } from './state';
import { flushAll, privilegeChanged } from './tlb';

const PRESENT_DATA: u32 = Attribute.present | Attribute.segment | Attribute.writable | Attribute.accessed;
/** Family 6, as CPUID leaf 1 would say. */
const SIGNATURE: u64 = 0x0006_06a0;
const RDX: u32 = 2;
const CR0_RESET: u64 = 0x6000_0010;
const CR0_CACHE: u64 = 0x6000_0000;
const PAT_RESET: u64 = 0x0007_0406_0007_0406;

/** Power-up of a CPU that is not running. */
export function resetContext(context: usize): void {
  const before = cpu;
  setCpu(context);
  store<u64>(cpu, CR0_RESET, Offset.cr0);
  commonReset();
  store<u64>(cpu, 0, Offset.tscOffset);
  store<u64>(cpu, 0, Offset.tscAdjust);
  store<u64>(cpu, 0, Offset.tscAux);
  store<u64>(cpu, PAT_RESET, Offset.pat);
  store<u64>(cpu, 1, Offset.xcr0);
  store<u64>(cpu, 0, Offset.star);
  store<u64>(cpu, 0, Offset.lstar);
  store<u64>(cpu, 0, Offset.cstar);
  store<u64>(cpu, 0, Offset.sfmask);
  store<u64>(cpu, 0, Offset.kernelGsBase);
  store<u64>(cpu, 0, Offset.sysenterCs);
  store<u64>(cpu, 0, Offset.sysenterEsp);
  store<u64>(cpu, 0, Offset.sysenterEip);
  memory.fill(cpu + Offset.fpr, 0, 128);
  memory.fill(cpu + Offset.xmm, 0, 256);
  // FCW after power-up is 40h with every tag "zero"; FNINIT makes it 37Fh.
  store<u16>(cpu, 0x40, Offset.fcw);
  store<u16>(cpu, 0, Offset.fsw);
  store<u16>(cpu, 0x5555, Offset.ftw);
  store<u32>(cpu, 0x1f80, Offset.mxcsr);
  store<u32>(cpu, 0, Offset.halted);
  setCpu(before);
}

/** INIT: afterwards only a start-up message helps. */
export function initContext(context: usize): void {
  const before = cpu;
  setCpu(context);
  store<u64>(cpu, 0x10 | (load<u64>(cpu, Offset.cr0) & CR0_CACHE), Offset.cr0);
  commonReset();
  store<u32>(cpu, 2, Offset.halted);
  setCpu(before);
}

/** SIPI: ignored unless the CPU waits for it. */
export function startContext(context: usize, vector: u32): void {
  if (load<u32>(context, Offset.halted) != 2) return;
  const before = cpu;
  setCpu(context);
  setSegment(Seg.cs, vector << 8, <u64>vector << 12, 0xffff, PRESENT_DATA | Attribute.code);
  setRip(0);
  updateMode();
  store<u32>(cpu, 0, Offset.halted);
  setCpu(before);
}

function commonReset(): void {
  for (let i: u32 = 0; i < 17; i++) setGpr64(i, 0);
  setGpr64(RDX, SIGNATURE);
  setRip(0xfff0);
  writeFlags(2);
  store<u64>(cpu, 0, Offset.cr2);
  store<u64>(cpu, 0, Offset.cr3);
  store<u64>(cpu, 0, Offset.cr4);
  store<u64>(cpu, 0, Offset.cr8);
  store<u64>(cpu, 0, Offset.efer);
  for (let i: u32 = 0; i < 6; i++) setDebugRegister(i, 0);
  setDebugRegister(6, DR6_RESERVED);
  setDebugRegister(7, Dr7.fixed);
  resetSegments();
  store<u32>(cpu, 0, Offset.nmiLine);
  store<u32>(cpu, 0, Offset.nmiBlocked);
  store<u32>(cpu, 0, Offset.shadow);
  store<u32>(cpu, 0, Offset.cpl);
  privilegeChanged();
  flushAll();
  updateMode();
}

function resetSegments(): void {
  for (let i: u32 = 0; i < 6; i++) setSegment(i, 0, 0, 0xffff, PRESENT_DATA);
  setSegment(Seg.cs, 0xf000, 0xffff_0000, 0xffff, PRESENT_DATA | Attribute.code);
  setSegment(Seg.ldtr, 0, 0, 0xffff, Attribute.present | 2);
  setSegment(Seg.tr, 0, 0, 0xffff, Attribute.present | 11);
  store<u64>(cpu, 0, Offset.gdtBase);
  store<u32>(cpu, 0xffff, Offset.gdtLimit);
  store<u64>(cpu, 0, Offset.idtBase);
  store<u32>(cpu, 0xffff, Offset.idtLimit);
}
