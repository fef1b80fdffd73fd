/** The run-state area of a vCPU of a container: how long it ran, and how long it was kept from running (stolen time). */
import { RUNSTATES } from '../../../abi/xen/shared-info.table.ts';
import type { HvmVcpu } from './vcpu.ts';

const RUNNING = RUNSTATES.indexOf('running');
const RUNNABLE = RUNSTATES.indexOf('runnable');

/** The record; a container's waits are its own (HLT), so the provider counts them as running. */
export const runstateRecord = (vcpu: HvmVcpu): Uint8Array => {
  const { xen, layout } = vcpu.domain;
  const { SIZE, stateEntryTime, time } = layout.runstate;
  const now = vcpu.domain.systemTime();
  const stolen = xen.clock.toNanoseconds(xen.tenancy.stolen(vcpu.id));
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, RUNNING, true);
  view.setBigUint64(stateEntryTime, BigInt(now), true);
  view.setBigUint64(time + 8 * RUNNING, BigInt(Math.max(0, now - stolen)), true);
  view.setBigUint64(time + 8 * RUNNABLE, BigInt(stolen), true);
  return bytes;
};

/** Writes the record where the guest wants it. */
export const publishHvmRunstate = (vcpu: HvmVcpu): void => {
  if (vcpu.runstateArea.length === 0) return;
  const record = runstateRecord(vcpu);
  let done = 0;
  for (const [address, length] of vcpu.runstateArea) {
    vcpu.domain.xen.memory.write(address, record.subarray(done, done + length));
    done += length;
  }
};
