/**
 * Privileged instructions of a guest's kernel, done for it. In ring 3 they raise #GP(0); those below are emulated, any other
 * is the guest's own affair and reflected.
 */
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { Register } from '../../../seams/machine.ts';
import { FLAG } from './bounce.ts';
import { guestCpuid } from './cpuid.ts';
import { getDebugRegister, setDebugRegister } from './debug-registers.ts';
import { type Decoded, decode } from './decode.ts';
import { fromBigint } from './entry.ts';
import { readMsr, writeMsr } from './msr.ts';
import { readPort } from './ports.ts';
import type { PvVcpu } from './vcpu.ts';

/** PE MP ET NE WP AM PG; TS is virtual. */
const CR0 = 0x8005_0033n;
const CR0_TS = 8n;
/** Bits of CR4 a guest may change for itself: TSD, DE. The rest it sees: PAE, MCE, OSFXSR, OSXMMEXCPT. */
const CR4_OWNED = 0x00cn;
const CR4_VISIBLE = 0x660n;

const low32 = (value: bigint): bigint => value & 0xffff_ffffn;

/** True if the guest may use ports and the interrupt flag: its virtual privilege level admits the mode it is in. */
const mayInputOutput = (vcpu: PvVcpu): boolean => {
  if (!vcpu.kernelMode) return vcpu.iopl === 3;
  // With the assist the kernel counts as ring 0, as on hardware; without, as ring 1.
  return vcpu.iopl >= (vcpu.domain.hasAssist(Assist.architectural_iopl) ? 0 : 1);
};

/** Tries to do the privileged instruction at RIP. @returns false: reflect #GP */
export const emulatePrivileged = (vcpu: PvVcpu): boolean => {
  const bytes = vcpu.fetch();
  const decoded = bytes === undefined ? undefined : decode(bytes);
  if (decoded === undefined) return false;
  const outcome = isPortOrFlag(decoded.opcode) ? portOrFlag(vcpu, decoded) : vcpu.kernelMode && system(vcpu, decoded);
  if (outcome === 'repeat') return true;
  if (outcome) vcpu.context.rip = BigInt.asUintN(64, vcpu.context.rip + BigInt(decoded.length));
  return outcome;
};

const isPortOrFlag = (opcode: number): boolean =>
  (opcode >= 0x6c && opcode <= 0x6f) || (opcode >= 0xe4 && opcode <= 0xef) || opcode === 0xfa || opcode === 0xfb;

/** IN, OUT, INS, OUTS, CLI, STI. The last two change nothing: events are masked by a byte in vcpu_info. */
const portOrFlag = (vcpu: PvVcpu, decoded: Decoded): boolean | 'repeat' => {
  if (!mayInputOutput(vcpu)) return false;
  const { opcode } = decoded;
  if (opcode === 0xfa || opcode === 0xfb) return true;
  const width = (opcode & 1) === 0 ? 1 : decoded.wide === 2 ? 2 : 4;
  const { registers } = vcpu.context;
  if (opcode <= 0x6f) return stringPort(vcpu, decoded, width);
  if ((opcode & 2) !== 0) return true;
  const port = opcode <= 0xe7 ? Number(decoded.immediate & 0xffn) : Number((registers[Register.rdx] ?? 0n) & 0xffffn);
  const value = BigInt(readPort(port, width));
  const rax = registers[Register.rax] ?? 0n;
  const mask = (1n << BigInt(width * 8)) - 1n;
  registers[Register.rax] = width === 4 ? value : (rax & ~mask) | value;
  return true;
};

/** INS and OUTS, one element at a time; memory is not touched by OUTS because nobody listens. */
const stringPort = (vcpu: PvVcpu, decoded: Decoded, width: 1 | 2 | 4): boolean | 'repeat' => {
  const { registers, rflags } = vcpu.context;
  if (decoded.repeat && registers[Register.rcx] === 0n) return true;
  const step = BigInt((rflags & FLAG.direction) !== 0n ? -width : width);
  const index = decoded.opcode <= 0x6d ? Register.rdi : Register.rsi;
  if (decoded.opcode <= 0x6d) {
    const port = Number((registers[Register.rdx] ?? 0n) & 0xffffn);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, readPort(port, width), true);
    if (!vcpu.memory.write(fromBigint(registers[index] ?? 0n), bytes.subarray(0, width))) return false;
  }
  registers[index] = (registers[index] ?? 0n) + step;
  if (!decoded.repeat) return true;
  registers[Register.rcx] = (registers[Register.rcx] ?? 0n) - 1n;
  return registers[Register.rcx] === 0n ? true : 'repeat';
};

const system = (vcpu: PvVcpu, decoded: Decoded): boolean => {
  const { context } = vcpu;
  const { registers } = context;
  const msr = Number(low32(registers[Register.rcx] ?? 0n));
  switch (decoded.opcode) {
    case 0x0f06: // clts
      setTaskSwitched(vcpu, false);
      return true;
    case 0x0f09: // wbinvd
      return true;
    case 0x0f20:
      return readControl(vcpu, decoded);
    case 0x0f22:
      return writeControl(vcpu, decoded);
    case 0x0f21:
      return readDebug(vcpu, decoded);
    case 0x0f23:
      return setDebugRegister(vcpu, decoded.reg, registers[decoded.rm] ?? 0n);
    case 0x0f30: {
      const value = (low32(registers[Register.rdx] ?? 0n) << 32n) | low32(registers[Register.rax] ?? 0n);
      return writeMsr(vcpu, msr, value);
    }
    case 0x0f32: {
      const value = readMsr(vcpu, msr);
      if (value !== undefined) setPair(vcpu, value);
      return value !== undefined;
    }
    case 0x0f31: // rdtsc, if the guest set CR4.TSD
      setPair(vcpu, BigInt(vcpu.domain.xen.now()));
      return true;
    case 0x0fa2:
      doCpuid(vcpu);
      return true;
    default:
      return false;
  }
};

const setPair = (vcpu: PvVcpu, value: bigint): void => {
  vcpu.context.registers[Register.rax] = low32(value);
  vcpu.context.registers[Register.rdx] = value >> 32n;
};

/** CPUID for the guest, by our policy. */
export const doCpuid = (vcpu: PvVcpu): void => {
  const { registers } = vcpu.context;
  const { xen } = vcpu.domain;
  const leaf = Number(low32(registers[Register.rax] ?? 0n));
  const subleaf = Number(low32(registers[Register.rcx] ?? 0n));
  const result = guestCpuid(xen.processor, xen.clock, vcpu.id, leaf, subleaf);
  registers[Register.rax] = BigInt(result.eax >>> 0);
  registers[Register.rbx] = BigInt(result.ebx >>> 0);
  registers[Register.rcx] = BigInt(result.ecx >>> 0);
  registers[Register.rdx] = BigInt(result.edx >>> 0);
};

/** Virtual CR0.TS; the real one follows, so that the next FPU instruction traps. */
export const setTaskSwitched = (vcpu: PvVcpu, on: boolean): void => {
  if (vcpu.taskSwitched === on) return;
  vcpu.taskSwitched = on;
  vcpu.context.writeSystem('cr0', CR0 | (on ? CR0_TS : 0n));
};

const readDebug = (vcpu: PvVcpu, decoded: Decoded): boolean => {
  const value = getDebugRegister(vcpu, decoded.reg);
  if (value !== undefined) vcpu.context.registers[decoded.rm] = value;
  return value !== undefined;
};

const readControl = (vcpu: PvVcpu, decoded: Decoded): boolean => {
  const { xen } = vcpu.domain;
  let value: bigint;
  if (decoded.reg === 0) value = CR0 | (vcpu.taskSwitched ? CR0_TS : 0n);
  else if (decoded.reg === 2) value = xen.memory.readU64(vcpu.infoAddress + 16);
  else if (decoded.reg === 3) value = BigInt(vcpu.kernelRoot) << 12n;
  else if (decoded.reg === 4) value = vcpu.cr4 | CR4_VISIBLE;
  else return false;
  vcpu.context.registers[decoded.rm] = value;
  return true;
};

const writeControl = (vcpu: PvVcpu, decoded: Decoded): boolean => {
  const value = vcpu.context.registers[decoded.rm] ?? 0n;
  if (decoded.reg === 0) {
    if ((value & ~CR0_TS) !== CR0) return false;
    setTaskSwitched(vcpu, (value & CR0_TS) !== 0n);
    return true;
  }
  if (decoded.reg === 3) return vcpu.domain.switchRoot(vcpu, Number((value >> 12n) & 0xf_ffff_ffffn)) === 0;
  if (decoded.reg !== 4) return false;
  setCr4(vcpu, value);
  return true;
};

/** The part of CR4 that is the guest's. */
export const setCr4 = (vcpu: PvVcpu, value: bigint): void => {
  const owned = value & CR4_OWNED;
  const changed = owned !== vcpu.cr4;
  vcpu.cr4 = owned;
  if (changed) vcpu.context.writeSystem('cr4', CR4_VISIBLE | owned);
};
