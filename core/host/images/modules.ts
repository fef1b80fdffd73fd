/** Kernel modules: which ones an image needs, what they depend on, and the lists that `modprobe` reads. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface KernelModule {
  /** As the kernel calls it: dashes are underscores. */
  readonly name: string;
  /** Path within the modules folder, such as kernel/drivers/net/xen-netfront.ko. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly depends: readonly string[];
  readonly aliases: readonly string[];
}

/** What a machine may need before it has a disk; names a kernel does not have as modules are left out. */
const WANTED: readonly string[] = [
  'virtio',
  'virtio_ring',
  'virtio_pci',
  'virtio_blk',
  'virtio_net',
  'virtio_console',
  'virtio_balloon',
  'virtio_rng',
  'xen_blkfront',
  'xen_netfront',
  'ext4',
  'crc32c_generic',
  'libcrc32c',
  'brd',
  'loop',
  'zram',
  'lzo',
  'lzo_rle',
];

const moduleName = (path: string): string => basename(path).replace(/\.ko$/, '').replaceAll('-', '_');

/** `key=value` strings of the .modinfo section, which are separated by zero bytes. */
function modinfo(bytes: Uint8Array, key: string): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const pattern = new RegExp(`(?:^|\\0)${key}=([^\\0]*)(?=\\0)`, 'g');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function readModule(folder: string, path: string): KernelModule {
  const bytes = readFileSync(join(folder, path));
  const depends = modinfo(bytes, 'depends')[0] ?? '';
  return {
    name: moduleName(path),
    path,
    bytes,
    depends: depends === '' ? [] : depends.split(',').map((name) => name.replaceAll('-', '_')),
    aliases: modinfo(bytes, 'alias'),
  };
}

/** The wanted modules of a modules folder and all they depend on, each after its dependencies. */
export function collectModules(folder: string, wanted: readonly string[] = WANTED): KernelModule[] {
  const paths = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ko'))
      .map((path) => [moduleName(path), relative('.', path)]),
  );
  const collected = new Map<string, KernelModule>();
  const add = (name: string): void => {
    const path = paths.get(name);
    if (path === undefined || collected.has(name)) return;
    const module = readModule(folder, path);
    for (const dependency of module.depends) add(dependency);
    collected.set(name, module);
  };
  for (const name of wanted) add(name);
  return [...collected.values()];
}

/** Lines "path: path path" as depmod writes them: from the right, each path comes after all that it depends on. */
export function dependencyList(modules: readonly KernelModule[]): string {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const line = (module: KernelModule): string => {
    const loading = new Set<KernelModule>();
    const add = (each: KernelModule): void => {
      for (const name of each.depends) {
        const needed = byName.get(name);
        if (needed === undefined || loading.has(needed)) continue;
        add(needed);
        loading.add(needed);
      }
    };
    add(module);
    return [`${module.path}:`, ...[...loading].reverse().map((each) => each.path)].join(' ');
  };
  return modules.map((module) => `${line(module)}\n`).join('');
}

export const aliasList = (modules: readonly KernelModule[]): string =>
  modules.flatMap((module) => module.aliases.map((alias) => `alias ${alias} ${module.name}\n`)).join('');
