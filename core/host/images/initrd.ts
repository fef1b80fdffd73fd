/** The initial RAM disk of the default image: busybox under all its names, modules, and the script that starts it all. */
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { textBytes } from '../../base/bytes.ts';
import type { ArchiveEntry } from './cpio.ts';
import { cpio } from './cpio.ts';
import { DHCP_SCRIPT, ENDING_SCRIPTS, INIT_SCRIPT } from './init-script.ts';
import type { KernelModule } from './modules.ts';
import { aliasList, dependencyList } from './modules.ts';

export interface InitrdParts {
  readonly busybox: Uint8Array;
  /** Names under which busybox is called. */
  readonly applets: readonly string[];
  readonly kernelRelease: string;
  readonly modules: readonly KernelModule[];
}

const FOLDERS = [
  'bin',
  'sbin',
  'usr',
  'usr/bin',
  'usr/sbin',
  'dev',
  'proc',
  'sys',
  'tmp',
  'run',
  'etc',
  'root',
  'lib',
  'lib/modules',
  'var',
  'var/log',
  'mnt',
];

const folder = (path: string): ArchiveEntry => ({ path, kind: 'folder' });
const file = (path: string, content: Uint8Array | string, mode = 0o644): ArchiveEntry => ({
  path,
  kind: 'file',
  mode,
  content: typeof content === 'string' ? textBytes(content) : content,
});
const link = (path: string, target: string): ArchiveEntry => ({ path, kind: 'link', mode: 0o777, content: textBytes(target) });

/** Every name that a busybox program answers to. */
export const appletsOf = (busybox: string): string[] =>
  execFileSync(busybox, ['--list'], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => /^[\w[.-]+$/.test(name) && name !== 'busybox');

export function initrd(parts: InitrdParts): Uint8Array {
  const modulesFolder = `lib/modules/${parts.kernelRelease}`;
  const moduleFolders = new Set<string>();
  for (const module of parts.modules) {
    const names = module.path.split('/').slice(0, -1);
    names.forEach((_, index) => {
      moduleFolders.add(`${modulesFolder}/${names.slice(0, index + 1).join('/')}`);
    });
  }
  const archive = cpio([
    ...FOLDERS.map(folder),
    // The kernel opens the console before anything can be mounted.
    { path: 'dev/console', kind: 'character-device', mode: 0o600, device: [5, 1] },
    { path: 'dev/null', kind: 'character-device', mode: 0o666, device: [1, 3] },
    file('bin/busybox', parts.busybox, 0o755),
    ...parts.applets.filter((name) => !(name in ENDING_SCRIPTS)).map((name) => link(`bin/${name}`, 'busybox')),
    // The kernel itself calls these two by their paths when the hypervisor asks it to end.
    ...Object.entries(ENDING_SCRIPTS).map(([name, script]) => file(`sbin/${name}`, script, 0o755)),
    link('sbin/modprobe', '../bin/busybox'),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    file('etc/group', 'root:x:0:\n'),
    file('etc/hosts', '127.0.0.1 localhost\n'),
    file('etc/udhcpc.script', DHCP_SCRIPT, 0o755),
    file('init', INIT_SCRIPT, 0o755),
    folder(modulesFolder),
    ...[...moduleFolders].map(folder),
    ...parts.modules.map((module) => file(`${modulesFolder}/${module.path}`, module.bytes)),
    file(`${modulesFolder}/modules.dep`, dependencyList(parts.modules)),
    file(`${modulesFolder}/modules.alias`, aliasList(parts.modules)),
    file(`${modulesFolder}/modules.symbols`, ''),
  ]);
  // Level 9 is slow only once; the kernel unpacks each time.
  return gzipSync(archive, { level: 9 });
}
