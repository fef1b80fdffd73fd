/** Debug registers of a guest: its own breakpoints, none in the hypervisor, and none on ports, which only we could serve. */
import { fromBigint, isCanonical, isHypervisorAddress } from './entry.ts';
import type { PvVcpu } from './vcpu.ts';

const NAMES = ['dr0', 'dr1', 'dr2', 'dr3', undefined, undefined, 'dr6', 'dr7'] as const;
const CR4_DE = 8n;
const DR6_FIXED = 0xffff_0ff0n;
const DR6_OWNED = 0xe00fn;
const DR7_FIXED = 0x400n;
const DR7_OWNED = 0xffff_03ffn;
const DR7_GENERAL_DETECT = 0x2000n;
const DR7_ENABLES = 0xffn;
/** Type field of a breakpoint: on a port. */
const ON_PORT = 2n;

export const getDebugRegister = (vcpu: PvVcpu, number: number): bigint | undefined => {
  const name = NAMES[number];
  if (name === undefined) return undefined;
  return number === 7 && vcpu.portBreakpoints !== 0n ? vcpu.portBreakpoints : vcpu.context.readSystem(name);
};

/** False if the guest may not have this value. */
export const setDebugRegister = (vcpu: PvVcpu, number: number, value: bigint): boolean => {
  const name = NAMES[number];
  if (name === undefined) return false;
  if (number === 7) return setControl(vcpu, value);
  if (number < 4) {
    const address = fromBigint(value);
    if (!isCanonical(address) || isHypervisorAddress(address)) return false;
  }
  vcpu.context.writeSystem(name, number === 6 ? (value & DR6_OWNED) | DR6_FIXED : value);
  if (number < 4) watchAgain(vcpu);
  return true;
};

/** Breakpoints on ports are remembered and read back, but never armed: ports do not exist for the guest's CPU. */
const setControl = (vcpu: PvVcpu, value: bigint): boolean => {
  if ((value & DR7_GENERAL_DETECT) !== 0n) return false;
  const stored = (value & DR7_OWNED) | DR7_FIXED;
  let armed = stored;
  let onPorts = false;
  for (let index = 0n; index < 4n; index++) {
    const enables = 3n << (2n * index);
    if ((value & DR7_ENABLES & enables) === 0n || ((value >> (16n + 4n * index)) & 3n) !== ON_PORT) continue;
    if ((vcpu.cr4 & CR4_DE) === 0n) return false;
    armed &= ~enables;
    onPorts = true;
  }
  vcpu.portBreakpoints = onPorts ? stored : 0n;
  vcpu.context.writeSystem('dr7', armed);
  watchAgain(vcpu);
  return true;
};

/** Pages with breakpoints are not to be found in the TLB: what is there was entered before they were watched. */
const watchAgain = (vcpu: PvVcpu): void => {
  if ((vcpu.context.readSystem('dr7') & DR7_ENABLES) !== 0n) vcpu.flushAll();
};
