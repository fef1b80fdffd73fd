/** Machines as libvirt domain XML, for hosts with KVM or Xen. */
import { type ExportedMachine, type Host, macOf } from './machines.ts';

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');

/** Weight 256 is ordinary in Xen, 1024 shares in Linux; a cap becomes a quota over a period of 100 ms, of the whole domain. */
function tuning(machine: ExportedMachine): string[] {
  const shares = Math.min(262_144, Math.max(2, machine.weight * 4));
  const lines = ['  <cputune>', `    <shares>${shares}</shares>`];
  if (machine.capPercent > 0)
    lines.push('    <global_period>100000</global_period>', `    <global_quota>${machine.capPercent * 1000}</global_quota>`);
  return [...lines, '  </cputune>'];
}

function booting(kind: 'kvm' | 'xen', host: Host): string[] {
  if (kind === 'kvm')
    return [
      '  <os>',
      "    <type arch='x86_64' machine='q35'>hvm</type>",
      "    <boot dev='hd'/>",
      '  </os>',
      '  <features>',
      '    <acpi/>',
      '    <apic/>',
      '  </features>',
    ];
  return [
    '  <os>',
    "    <type arch='x86_64' machine='xenpv'>linux</type>",
    `    <kernel>${escaped(host.kernel)}</kernel>`,
    `    <initrd>${escaped(host.ramDisk)}</initrd>`,
    `    <cmdline>${escaped(host.commandLine)}</cmdline>`,
    '  </os>',
  ];
}

function devices(kind: 'kvm' | 'xen', machine: ExportedMachine, host: Host): string[] {
  const [disk, bus] = kind === 'kvm' ? ['vda', 'virtio'] : ['xvda', 'xen'];
  const model = kind === 'kvm' ? ["      <model type='virtio'/>"] : [];
  const console =
    kind === 'kvm'
      ? ["    <serial type='pty'/>", "    <console type='pty'>", "      <target type='serial' port='0'/>"]
      : ["    <console type='pty'>", "      <target type='xen' port='0'/>"];
  return [
    '  <devices>',
    "    <disk type='file' device='disk'>",
    "      <driver name='qemu' type='raw'/>",
    `      <source file='${escaped(`${host.imageFolder}/${machine.name}.img`)}'/>`,
    `      <target dev='${disk}' bus='${bus}'/>`,
    '    </disk>',
    "    <interface type='bridge'>",
    `      <mac address='${macOf(machine.index)}'/>`,
    `      <source bridge='${escaped(host.bridge)}'/>`,
    ...model,
    '    </interface>',
    ...console,
    '    </console>',
    '  </devices>',
  ];
}

/** One domain; valid by libvirt's own schema. */
export function libvirtXml(kind: 'kvm' | 'xen', machine: ExportedMachine, host: Host): string {
  const memory = machine.memoryMb * 1024;
  const lines = [
    `<domain type='${kind}'>`,
    `  <name>${escaped(machine.name)}</name>`,
    `  <memory unit='KiB'>${memory}</memory>`,
    `  <currentMemory unit='KiB'>${memory}</currentMemory>`,
    `  <vcpu placement='static'>${machine.vcpus}</vcpu>`,
    ...tuning(machine),
    ...booting(kind, host),
    "  <clock offset='utc'/>",
    '  <on_poweroff>destroy</on_poweroff>',
    '  <on_reboot>restart</on_reboot>',
    '  <on_crash>restart</on_crash>',
    ...devices(kind, machine, host),
    '</domain>',
  ];
  return `${lines.join('\n')}\n`;
}
