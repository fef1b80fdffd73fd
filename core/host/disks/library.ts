/** Disk images a person brought, kept as qcow2 files of their own; disks of machines begin as overlays of them. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';
import { exists } from '../files.ts';
import { type Copied, convertDisk } from './copy.ts';
import { backingOf, openDisk } from './open.ts';

const ENDING = '.qcow2';
const SECTOR = 512;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface LibraryDisk {
  readonly name: string;
  readonly path: string;
  readonly virtualBytes: number;
  readonly realBytes: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

export class DiskLibrary {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'disks');
  }

  list(): LibraryDisk[] {
    if (!exists(this.#folder)) return [];
    const names = readdirSync(this.#folder)
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length));
    return names.sort().map((name) => this.known(name));
  }

  /** Undefined: there is no disk of that name. */
  path(name: string): string | undefined {
    const path = this.#at(name);
    return exists(path) ? path : undefined;
  }

  /** @throws Refusal `disk-name` if there is none */
  known(name: string): LibraryDisk {
    const path = this.path(name);
    if (path === undefined)
      throw new Refusal('disk-name', `There is no disk ${name} in the library.`, 'Choose one that the Storage page lists.');
    const disk = openDisk(path, 'read');
    disk.close();
    const { blocks, mtimeMs } = statSync(path);
    return { name, path, virtualBytes: disk.sectors * SECTOR, realBytes: blocks * SECTOR, addedAt: mtimeMs };
  }

  /** Takes a copy of an image of any format we read. @throws Refusal `disk-…` */
  *add(name: string, from: string): Generator<Copied> {
    const path = this.#at(name);
    if (exists(path)) throw new Refusal('disk-name', `There is a disk ${name} already.`, 'Choose another name.');
    mkdirSync(this.#folder, { recursive: true });
    yield* convertDisk(from, path, 'qcow2');
  }

  /** Images in a folder, at any depth, that begin as this disk: without it they are lost. */
  overlays(name: string, folder: string): string[] {
    const path = this.path(name);
    if (path === undefined || !exists(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(ENDING))
      .filter((file) => backingOf(join(folder, file)) === path);
  }

  /** False: there is none. */
  remove(name: string): boolean {
    const path = this.path(name);
    if (path !== undefined) rmSync(path);
    return path !== undefined;
  }

  #at(name: string): string {
    if (!NAME.test(name))
      throw new Refusal('disk-name', `${name} is no name for a disk.`, 'Use small letters, digits and dashes, at most 63.');
    return join(this.#folder, `${name}${ENDING}`);
  }
}
