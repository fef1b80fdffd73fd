/** Images machines start from: the default one that is prepared by itself, and those a person brings. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Request } from '../../../core/contract/calls.ts';
import type { Image } from '../../../core/contract/storage.ts';
import { DiskLibrary, type LibraryDisk } from '../../../core/host/disks/library.ts';
import { RECIPES } from '../../../core/host/images/recipes.ts';
import { type ImageManifest, ImageStore } from '../../../core/host/images/store.ts';
import type { Edge } from '../../../core/service/edge.ts';
import { refuse } from '../../../core/service/refuse.ts';
import type { Works } from '../../../core/service/works.ts';
import { type MakerOrder, type MakerPlaces, makeImage } from '../images.ts';

type ImageCall = 'image.list' | 'image.prepare' | 'image.import' | 'image.remove';
type ImageCalls = { [N in ImageCall]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

/** @param prepare makes the default image now if it is missing, so that the first instance need not wait for it */
export function imageCalls(places: MakerPlaces, works: Works, edge: Edge, prepare: boolean): ImageCalls {
  const store = new ImageStore(places.dataFolder);
  const library = new DiskLibrary(places.dataFolder);
  const making = new Set<string>();

  const listed = (manifest: ImageManifest): Image => {
    const files = [manifest.kernel, ...(manifest.initrd === undefined ? [] : [manifest.initrd])];
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    // Whether every byte is right is checked when it is used; here only whether the files are as long as they were.
    const whole = files.every((file) => sizeOf(join(store.folderOf(manifest.name), file.file)) === file.bytes);
    return {
      id: manifest.name,
      name: manifest.name,
      kind: 'kernel',
      state: making.has(manifest.name) ? 'preparing' : whole ? 'ready' : 'damaged',
      format: 'bzImage',
      virtualBytes: bytes,
      realBytes: bytes,
      source: manifest.kernel.source,
      checksum: manifest.kernel.sha256,
      builtIn: manifest.recipe !== 'imported',
      addedAt: null,
      usedBy: [],
    };
  };

  const removeDisk = (name: string): Answer<'image.remove'> => {
    const overlays = library.overlays(name, join(places.dataFolder, 'instances'));
    if (overlays.length > 0)
      refuse('wrong-state', `Disks of machines begin as ${name}: ${overlays.join(', ')}. Delete those machines first.`);
    if (!library.remove(name)) refuse('no-image', `There is no disk ${name}.`);
    edge.tell({ name: 'storage.changed', fact: { instance: null } });
    return {};
  };

  const begin = (title: string, order: MakerOrder): { task: string } => {
    if (making.has(order.name)) refuse('wrong-state', 'That image is being made already.');
    making.add(order.name);
    const { id, ended } = works.begin({ title, unit: null, values: { name: order.name } }, (work) =>
      makeImage(places, order, work),
    );
    void ended.then(() => {
      making.delete(order.name);
      edge.tell({ name: 'storage.changed', fact: { instance: null } });
    });
    return { task: id };
  };

  if (prepare && store.manifest(RECIPES.cloud.name) === undefined)
    begin('task.prepareImage', { kind: 'ready', name: RECIPES.cloud.name });

  return {
    'image.list': () => {
      const there = store.list().map(listed);
      const missing = Object.values(RECIPES).filter((recipe) => !there.some((it) => it.id === recipe.name));
      const disks = library.list().map(asImage);
      return [...there, ...disks, ...missing.map((recipe) => absent(recipe.name, making.has(recipe.name)))];
    },
    'image.prepare': ({ image }) => begin('task.prepareImage', { kind: 'prepare', name: image }),
    'image.import': ({ name, kind, path, ramDisk }) => {
      if (kind === 'disk') return begin('task.importImage', { kind: 'disk', name: name.toLowerCase(), path });
      return begin('task.importImage', { kind: 'import', name: name.toLowerCase(), kernel: path, ramDisk });
    },
    'image.remove': ({ image }) => {
      if (image.startsWith(DISK)) return removeDisk(image.slice(DISK.length));
      const manifest = store.manifest(image);
      if (manifest === undefined) return refuse('no-image');
      if (manifest.recipe !== 'imported') refuse('not-possible-here', 'A built-in image is kept; it can be prepared anew.');
      rmSync(store.folderOf(image), { recursive: true, force: true });
      edge.tell({ name: 'storage.changed', fact: { instance: null } });
      return {};
    },
  };
}

/** Ids of disks, which have names of their own. */
const DISK = 'disk:';

function asImage(disk: LibraryDisk): Image {
  return {
    id: `${DISK}${disk.name}`,
    name: disk.name,
    kind: 'disk',
    state: 'ready',
    format: 'qcow2',
    virtualBytes: disk.virtualBytes,
    realBytes: disk.realBytes,
    source: '',
    checksum: '',
    builtIn: false,
    addedAt: disk.addedAt,
    usedBy: [],
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return -1;
  }
}

function absent(name: string, preparing: boolean): Image {
  return {
    id: name,
    name,
    kind: 'kernel',
    state: preparing ? 'preparing' : 'absent',
    format: 'bzImage',
    virtualBytes: 0,
    realBytes: 0,
    source: 'Debian packages',
    checksum: '',
    builtIn: true,
    addedAt: null,
    usedBy: [],
  };
}
