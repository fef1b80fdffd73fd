/** Machines as xl configuration files (xl.cfg(5)). */
import { type ExportedMachine, type Host, macOf } from './machines.ts';

/** xl reads C-like strings without escapes for quotes: what cannot be written is not written. */
const text = (value: string): string => `"${value.replace(/["\\\n]/g, '_')}"`;

/** One machine, paravirtual, as the Blanket runs them. */
export function xlConfig(machine: ExportedMachine, host: Host): string {
  const lines = [
    `name = ${text(machine.name)}`,
    'type = "pv"',
    `kernel = ${text(host.kernel)}`,
    `ramdisk = ${text(host.ramDisk)}`,
    `extra = ${text(host.commandLine)}`,
    `vcpus = ${machine.vcpus}`,
    `memory = ${machine.memoryMb}`,
    `maxmem = ${machine.memoryMb}`,
    `cpu_weight = ${machine.weight}`,
    `cap = ${machine.capPercent}`,
    `disk = [ ${text(`format=raw, vdev=xvda, access=rw, target=${host.imageFolder}/${machine.name}.img`)} ]`,
    `vif = [ ${text(`mac=${macOf(machine.index)}, bridge=${host.bridge}`)} ]`,
    'on_poweroff = "destroy"',
    'on_reboot = "restart"',
    'on_crash = "restart"',
  ];
  return `${lines.join('\n')}\n`;
}
