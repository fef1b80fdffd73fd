/** The images in the data folder: what belongs to each, and whether it is still what it was. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';
import { exists, readBytes, sha256, writeWhole } from '../files.ts';

export interface ImageFile {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Where it came from: a package and its version, or the name of the file imported. */
  readonly source: string;
}

export interface ImageManifest {
  readonly format: 1;
  readonly name: string;
  /** Which recipe made it; 'imported': a person's own files. */
  readonly recipe: string;
  readonly kernelRelease: string;
  readonly kernel: ImageFile;
  readonly initrd?: ImageFile;
  /** Kernel parameters it wants on a machine with a serial console. */
  readonly commandLine: string;
}

export interface LoadedImage {
  readonly manifest: ImageManifest;
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array | undefined;
}

const MANIFEST = 'image.json';
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export class ImageStore {
  /** @param packaged folder of the image that came with the program, if one did */
  constructor(
    readonly folder: string,
    private readonly packaged?: string,
  ) {}

  folderOf(name: string): string {
    if (!NAME.test(name)) {
      throw new Refusal(
        'image-name',
        `'${name}' cannot be the name of an image.`,
        'Use lower-case letters, digits, dots and dashes.',
      );
    }
    return join(this.folder, 'images', name);
  }

  list(): ImageManifest[] {
    const root = join(this.folder, 'images');
    if (!exists(root)) return [];
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
      .flatMap((entry) => this.manifest(entry.name) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Undefined: there is none, or its description is damaged. */
  manifest(name: string): ImageManifest | undefined {
    const manifest = manifestIn(this.folderOf(name));
    return manifest?.name === name ? manifest : undefined;
  }

  /** The files, if each is there and has its checksum. */
  load(name: string): LoadedImage | 'absent' | 'damaged' {
    if (!exists(this.folderOf(name))) return 'absent';
    const manifest = this.manifest(name);
    if (manifest === undefined) return 'damaged';
    const kernel = readWhole(this.folderOf(name), manifest.kernel);
    const initrd = manifest.initrd === undefined ? undefined : readWhole(this.folderOf(name), manifest.initrd);
    if (kernel === undefined || (manifest.initrd !== undefined && initrd === undefined)) return 'damaged';
    return { manifest, kernel, initrd };
  }

  /** Puts an image in the place of any that has its name. All or nothing. */
  save(
    manifest: Omit<ImageManifest, 'format' | 'kernel' | 'initrd'>,
    files: { kernel: NewFile; initrd: NewFile | undefined },
  ): ImageManifest {
    const target = this.folderOf(manifest.name);
    const temporary = join(this.folder, 'images', `.${manifest.name}.${process.pid}`);
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const write = ({ file, content, source }: NewFile): ImageFile => {
      writeWhole(join(temporary, file), content);
      return { file, sha256: sha256(content), bytes: content.length, source };
    };
    const kernel = write(files.kernel);
    const complete: ImageManifest = {
      format: 1,
      ...manifest,
      kernel,
      ...(files.initrd === undefined ? {} : { initrd: write(files.initrd) }),
    };
    writeWhole(join(temporary, MANIFEST), `${JSON.stringify(complete, null, 2)}\n`);
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
    return complete;
  }

  /** Takes in the image that came with the program, if it has that name and recipe and is whole. */
  adopt(name: string, recipe: string): boolean {
    if (this.packaged === undefined) return false;
    const manifest = manifestIn(this.packaged);
    if (manifest?.name !== name || manifest.recipe !== recipe) return false;
    const kernel = readWhole(this.packaged, manifest.kernel);
    const initrd = manifest.initrd === undefined ? undefined : readWhole(this.packaged, manifest.initrd);
    if (kernel === undefined || (manifest.initrd !== undefined && initrd === undefined)) return false;
    const { format: _format, kernel: ofKernel, initrd: ofInitrd, ...rest } = manifest;
    this.save(rest, {
      kernel: { ...ofKernel, content: kernel },
      initrd: ofInitrd === undefined || initrd === undefined ? undefined : { ...ofInitrd, content: initrd },
    });
    return true;
  }
}

function manifestIn(folder: string): ImageManifest | undefined {
  const path = join(folder, MANIFEST);
  if (!exists(path)) return undefined;
  try {
    const manifest = JSON.parse(Buffer.from(readBytes(path)).toString('utf8')) as ImageManifest;
    return manifest.format === 1 && typeof manifest.kernel?.sha256 === 'string' ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined: it is not there, or not what it was. */
function readWhole(folder: string, { file, sha256: expected, bytes }: ImageFile): Uint8Array | undefined {
  const path = join(folder, file);
  if (!exists(path) || statSync(path).size !== bytes) return undefined;
  const content = readBytes(path);
  return sha256(content) === expected ? content : undefined;
}

export interface NewFile {
  readonly file: string;
  readonly content: Uint8Array;
  readonly source: string;
}
