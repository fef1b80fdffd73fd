/** One torture run: a machine with the default image, a script on its first disk, swap on its second. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DONE, type TortureSize, tortureScript } from './script.ts';

export interface TortureRun {
  readonly size: TortureSize;
  readonly machine: string;
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
  /** Seconds. */
  readonly timeout: number;
  /** Console of the guest, as it comes. */
  onText(text: string): void;
}

const COMMAND_LINE = fileURLToPath(new URL('../../../tools/blanket.js', import.meta.url));
/** Disks are made of whole sectors. */
const SECTOR = 512;

/** @returns whether the guest passed all parts */
export async function torture(run: TortureRun): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'torture-'));
  try {
    const script = join(folder, 'script');
    const text = tortureScript(run.size);
    writeFileSync(script, text.padEnd(Math.ceil(text.length / SECTOR) * SECTOR, '\n'));
    const swap = join(folder, 'swap');
    writeFileSync(swap, '');
    truncateSync(swap, ((run.size.copies + 2) * run.size.megabytes + 512) * 2 ** 20);
    const [first, second] = run.machine === 'bare' || run.machine === 'kvm-hvm' ? ['vda', 'vdb'] : ['xvda', 'xvdb'];
    const words = [
      ...['boot', '--on', run.machine, '--image', 'default', '--no-realtime', '--timeout', String(run.timeout)],
      ...['--memory', String(run.memory), '--vcpus', String(run.vcpus), '--disk', script, '--disk', swap],
      ...['--append', `quiet blanket.run="ln -s /dev/${second} /dev/swap; sh /dev/${first}"`],
    ];
    const child = spawn(process.execPath, [COMMAND_LINE, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = '';
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (piece: string) => {
      seen = (seen + piece).slice(-4096);
      run.onText(piece);
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return status === 0 && seen.includes(DONE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
