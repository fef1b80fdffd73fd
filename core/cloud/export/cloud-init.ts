/** User data for a rented instance: it writes the machines' configurations and starts them. Providers take 16 KB, so it loops. */
import { Refusal } from '../../base/refusal.ts';
import type { Scenario } from '../scenario.ts';
import { DEFAULT_HOST, type Host } from './machines.ts';

const MOST_BYTES = 16_384;
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** One line of shell for each class; the function in the script makes and starts its machines. */
function scriptOf(scenario: Scenario, machinesHere: readonly number[], host: Host): string[] {
  const calls = scenario.guests.flatMap((guest, index) => {
    const count = machinesHere[index] ?? 0;
    const fields = [
      guest.name,
      count,
      guest.vcpus,
      Math.max(1, Math.floor(guest.memoryMb)),
      guest.weight,
      guest.capPercent,
      Math.ceil(guest.diskGb),
    ];
    return count === 0 ? [] : [`machines ${fields.map((it) => quoted(String(it))).join(' ')}`];
  });
  return [
    '#!/bin/sh',
    '# Makes the machines of the plan and starts them.',
    'set -eu',
    'machines() {',
    '  class=$1 count=$2 vcpus=$3 memory=$4 weight=$5 cap=$6 disk=$7',
    '  number=1',
    '  while [ "$number" -le "$count" ]; do',
    '    name=$class-$number',
    `    image=${quoted(host.imageFolder)}/$name.img`,
    '    [ -e "$image" ] || truncate -s "$disk"G "$image"',
    '    cat > "/etc/xen/$name.cfg" <<CONFIG',
    'name = "$name"',
    'type = "pv"',
    `kernel = "${host.kernel}"`,
    `ramdisk = "${host.ramDisk}"`,
    `extra = "${host.commandLine}"`,
    'vcpus = $vcpus',
    'memory = $memory',
    'maxmem = $memory',
    'cpu_weight = $weight',
    'cap = $cap',
    'disk = [ "format=raw, vdev=xvda, access=rw, target=$image" ]',
    `vif = [ "bridge=${host.bridge}" ]`,
    'CONFIG',
    '    xl create "/etc/xen/$name.cfg"',
    '    number=$((number + 1))',
    '  done',
    '}',
    `mkdir -p ${quoted(host.imageFolder)}`,
    ...calls,
  ];
}

/** Cloud-config for the instance that carries the most machines. */
export function hostUserData(scenario: Scenario, host: Host = DEFAULT_HOST): string {
  const here = scenario.guests.map((guest) => Math.ceil(guest.count / scenario.instances));
  const lines = [
    '#cloud-config',
    'write_files:',
    '  - path: /usr/local/sbin/blanket-machines',
    "    permissions: '0755'",
    '    content: |',
    ...scriptOf(scenario, here, host).map((line) => (line === '' ? '' : `      ${line}`)),
    'runcmd:',
    '  - [/usr/local/sbin/blanket-machines]',
  ];
  const text = `${lines.join('\n')}\n`;
  if (text.length > MOST_BYTES)
    throw new Refusal(
      'export-too-big',
      `The user data has ${text.length} bytes; providers take ${MOST_BYTES}.`,
      'Put classes together.',
    );
  return text;
}
