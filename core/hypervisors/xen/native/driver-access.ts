/**
 * A driver domain's way to devices and to the layer below, through Xen: what is not refused is done by ring 0 in its name,
 * counted and charged.
 */

import { CONFIG_PORTS } from '../../../abi/pci/pci.table.ts';
import { IO_APIC } from '../../../abi/x86/io-apic.table.ts';
import { LOCAL_APIC_MSR } from '../../../abi/x86/msr.table.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { BlanketCalls, DeviceAccess, DriverAccess } from '../../../seams/driver-domain.ts';
import type { Xen } from '../xen.ts';
import type { NativeDomain } from './domain.ts';

/** Below 1 MiB lies what firmware left, and what ring 0 keeps there. */
const LOWEST = 0x10_0000;
/** Outside the vectors of lines, of a higher class: events of the layer below do not wait for devices. */
const UPCALL_VECTOR = 0xf3;

/** Pages of ring 0's own registers. */
const PRIVATE_PAGES = [IO_APIC.address, LOCAL_APIC_MSR.PAGE];

/** Whether a range of physical addresses is neither memory that Xen hands out nor Xen's own. */
const isForeign = (xen: Xen, address: number, length: number): boolean => {
  if (address < LOWEST || PRIVATE_PAGES.some((page) => address < page + 4096 && page < address + length)) return false;
  return xen.frames.ranges.every(({ start, end }) => address >= end * 4096 || address + length <= start * 4096);
};

const deviceAccess = ({ xen, vcpu }: NativeDomain): DeviceAccess => {
  const listeners = new Map<number, (() => void)[]>();
  /** Configuration mechanism 1; the ports themselves stay with ring 0. @returns the data port */
  const select = (fn: number, register: number): number => {
    xen.charge(COSTS.hypercall.cycles);
    xen.machine.ports.write(CONFIG_PORTS.address, 4, CONFIG_PORTS.enable + fn * 256 + (register & ~3));
    return CONFIG_PORTS.data + (register & 3);
  };
  return {
    readConfig: (fn, register, width) => xen.machine.ports.read(select(fn, register), width),
    writeConfig: (fn, register, width, value) => xen.machine.ports.write(select(fn, register), width, value),
    registers: (address, length) => {
      if (!isForeign(xen, address, length)) return undefined;
      xen.charge(COSTS.hypercall.cycles + Math.ceil(length / 4096) * COSTS.pageTableUpdate.cycles);
      const { devices } = xen.machine;
      return {
        read: (offset, width) => devices.read(address + offset, width),
        write: (offset, width, value) => devices.write(address + offset, width, value),
      };
    },
    onInterrupt: (line, listener) => {
      const known = listeners.get(line);
      if (known !== undefined) {
        known.push(listener);
        return;
      }
      const all = [listener];
      listeners.set(line, all);
      xen.lines.bind(line, () =>
        vcpu.post(() => {
          for (const each of all) each();
          xen.charge(COSTS.hypercall.cycles);
          xen.lines.end();
        }),
      );
    },
  };
};

const blanketCalls = ({ xen, vcpu }: NativeDomain): BlanketCalls => ({
  pass: (operation, subOperation, argument) => {
    xen.charge(COSTS.hypercall.cycles);
    const result = xen.below.pass({ cpu: xen.currentCpu, operation, subOperation, argument });
    xen.statistics.passed(operation, result);
    return result;
  },
  page: (frame) => {
    if (!isForeign(xen, frame * 4096, 4096)) return undefined;
    xen.charge(COSTS.hypercall.cycles + COSTS.pageTableUpdate.cycles);
    return { bytes: (access) => xen.memory.bytes(frame as number as MachineFrame, access), unmap: () => undefined };
  },
  onUpcall: (listener) => {
    xen.vectors.set(UPCALL_VECTOR, (cpu) => {
      xen.below.upcallTaken(cpu);
      vcpu.post(() => listener(cpu));
    });
    return xen.below.bindUpcall(0, UPCALL_VECTOR) === 'bound';
  },
  get cpu() {
    return xen.currentCpu;
  },
});

export const driverAccessOf = (domain: NativeDomain): DriverAccess => ({
  devices: deviceAccess(domain),
  blanket: blanketCalls(domain),
});
