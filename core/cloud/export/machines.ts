/** The machines of a plan one by one, as every export needs them. */
import { Refusal } from '../../base/refusal.ts';
import type { Scenario } from '../scenario.ts';

export interface ExportedMachine {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskGb: number;
  readonly weight: number;
  /** Percent of one thread; 0 is no limit. */
  readonly capPercent: number;
  /** From 0, over the whole fleet. */
  readonly index: number;
}

/** Where a host keeps what a plan does not know; every export names these, so that they can be changed in one place. */
export interface Host {
  /** Of disk images; ends without a slash. */
  readonly imageFolder: string;
  readonly kernel: string;
  readonly ramDisk: string;
  readonly commandLine: string;
  readonly bridge: string;
}

export const DEFAULT_HOST: Host = {
  imageFolder: '/var/lib/blanket/images',
  kernel: '/var/lib/blanket/vmlinuz',
  ramDisk: '/var/lib/blanket/initrd.img',
  commandLine: 'root=/dev/xvda1 ro console=hvc0',
  bridge: 'xenbr0',
};

const MOST = 10_000;

/** Named by class and number; memory in whole megabytes. */
export function machinesOf(scenario: Scenario): ExportedMachine[] {
  const count = scenario.guests.reduce((sum, guest) => sum + guest.count, 0);
  if (count > MOST)
    throw new Refusal(
      'export-too-big',
      `${count} machines are more than the ${MOST} that can be exported at once.`,
      'Export a part of the plan.',
    );
  let index = 0;
  return scenario.guests.flatMap((guest) =>
    Array.from({ length: guest.count }, (_, number) => ({
      name: `${guest.name}-${number + 1}`,
      vcpus: guest.vcpus,
      memoryMb: Math.max(1, Math.floor(guest.memoryMb)),
      diskGb: guest.diskGb,
      weight: guest.weight,
      capPercent: guest.capPercent,
      index: index++,
    })),
  );
}

/** A locally administered address, the same for the same place in the fleet: 00:16:3e is Xen's own prefix. */
export function macOf(index: number): string {
  const part = (shift: number): string => ((index >> shift) & 0xff).toString(16).padStart(2, '0');
  return `00:16:3e:${part(16)}:${part(8)}:${part(0)}`;
}
