/** The computers that compete: how each is started with a kernel. */
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../base/refusal.ts';
import { type Measured, measureProcess, type Watch } from './measured-process.ts';

export interface Boot {
  readonly kernel: string;
  readonly initrd?: string;
  readonly commandLine?: string;
  /** MiB. */
  readonly memory: number;
}

const COMMAND_LINE = fileURLToPath(new URL('../../../tools/blanket.js', import.meta.url));
const QEMU = 'qemu-system-x86_64';

const given = (option: string, value: string | undefined): string[] => (value === undefined ? [] : [option, value]);

/** Ours, as a person starts it. */
export function runBlanket(boot: Boot, more: readonly string[] = [], watch?: Watch): Promise<Measured> {
  const words = ['--kernel', boot.kernel, ...given('--initrd', boot.initrd), ...given('--append', boot.commandLine)];
  const machine = ['--memory', String(boot.memory), '--no-realtime'];
  return measureProcess(process.execPath, [COMMAND_LINE, 'boot', ...machine, ...words, ...more], watch);
}

/** QEMU's translator on the same terms: no acceleration, one CPU, serial console, the debug-exit port of ours. */
export async function runQemu(boot: Boot, watch?: Watch): Promise<Measured> {
  const words = ['-kernel', boot.kernel, ...given('-initrd', boot.initrd), ...given('-append', boot.commandLine)];
  const machine = ['-accel', 'tcg', '-cpu', 'max', '-smp', '1', '-m', String(boot.memory), '-no-reboot'];
  const console = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-net', 'none'];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  try {
    return await measureProcess(QEMU, [...machine, ...console, ...exit, ...words], watch);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Refusal('qemu-missing', `${QEMU} is not installed.`, 'Install it: sudo apt-get install qemu-system-x86', {
      cause: error,
    });
  }
}
