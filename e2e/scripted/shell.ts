/** A console that answers like a small shell, by script. */
import type { ByteStream } from '../../core/seams/plugs.ts';

const text = new TextEncoder();

export class ScriptedShell implements ByteStream {
  private listener: (bytes: Uint8Array) => void = () => undefined;
  private line = '';
  private early: Uint8Array[] = [];

  constructor(
    private readonly name: string,
    private readonly run: (command: string) => string,
  ) {}

  onData(listener: (bytes: Uint8Array) => void): void {
    this.listener = listener;
    for (const bytes of this.early.splice(0)) listener(bytes);
    this.listening = true;
  }

  private listening = false;

  print(words: string): void {
    const bytes = text.encode(words.replaceAll('\n', '\r\n'));
    if (this.listening) this.listener(bytes);
    else this.early.push(bytes);
  }

  prompt(): void {
    this.print(`\u001b[1;32mroot@${this.name}\u001b[0m:\u001b[1;34m~\u001b[0m# `);
  }

  write(bytes: Uint8Array): void {
    for (const key of new TextDecoder().decode(bytes)) {
      if (key === '\r' || key === '\n') {
        this.print('\n');
        const command = this.line.trim();
        this.line = '';
        if (command !== '') this.print(this.run(command));
        this.prompt();
      } else if (key === '\u007f') {
        if (this.line.length > 0) this.print('\b \b');
        this.line = this.line.slice(0, -1);
      } else if (key >= ' ') {
        this.line += key;
        this.print(key);
      }
    }
  }
}

export const KERNEL = 'Linux 6.1.0-50-cloud-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.0 x86_64 GNU/Linux';

/** Lines of a boot, with the time a kernel would print. */
export function bootLog(name: string, vcpus: number, memoryMib: number): string[] {
  const lines = [
    KERNEL,
    `Command line: console=hvc0 root=/dev/xvda1 hostname=${name}`,
    'Hypervisor detected: Xen PV',
    `Memory: ${memoryMib * 1024 - 18_204}K/${memoryMib * 1024}K available`,
    `smp: Brought up 1 node, ${vcpus} CPUs`,
    'NET: Registered PF_INET protocol family',
    'blkfront: xvda: flush diskcache: enabled; persistent grants: enabled',
    'xen_netfront: Initialising Xen virtual ethernet driver',
    'EXT4-fs (xvda1): mounted filesystem with ordered data mode',
    'Run /sbin/init as init process',
  ];
  return lines.map((line, index) => `[${(0.04 * index + index * index * 0.011).toFixed(6).padStart(12)}] ${line}`);
}
