/** What can be wrong with a kernel or what goes with it, in words. */
import { Refusal } from '../../base/refusal.ts';

const MIB = 2 ** 20;

export const damagedKernel = (name: string, what: string): Refusal =>
  new Refusal(
    'kernel-damaged',
    `${name} is not a complete kernel: ${what}.`,
    'Copy or download the file again and compare its checksum.',
  );

export const unknownKernel = (name: string): Refusal =>
  new Refusal(
    'kernel-format',
    `${name} is in no kernel format that can be started here.`,
    'Give a Linux bzImage, a Multiboot 1 kernel, or an ELF executable for x86.',
  );

export const tooLittleMemory = (what: string, bytes: number): Refusal =>
  new Refusal(
    'memory-too-small',
    `${what} does not fit into the memory of the computer.`,
    `Give at least ${Math.ceil(bytes / MIB)} MiB with --memory.`,
  );

export const impossiblePlace = (name: string, what: string): Refusal =>
  new Refusal('kernel-address', `${name} cannot be placed in memory: ${what}.`, 'Link the kernel to addresses from 1 MiB on.');

export const longCommandLine = (length: number, limit: number): Refusal =>
  new Refusal(
    'command-line-too-long',
    `The kernel command line has ${length} characters; the kernel takes ${limit}.`,
    'Shorten what --append says, or put the commands into a script in the initial RAM disk.',
  );
