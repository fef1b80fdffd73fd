/** Making an image from packages, taking in a person's own, and giving one out: checked, and made again if it must be. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';
import { readBytes } from '../files.ts';
import { appletsOf, initrd } from './initrd.ts';
import { collectModules } from './modules.ts';
import { PackageSource } from './packages.ts';
import type { Recipe } from './recipes.ts';
import { RECIPES, recipeEdition, recipeNamed } from './recipes.ts';
import type { ImageManifest, ImageStore, LoadedImage } from './store.ts';
import { inTurn } from './turn.ts';

/** Told what is being done, for a person who waits. */
export type Tell = (step: string) => void;

/**
 * A panic shall end the run rather than hang it; the clock needs no watching, and a machine that was paused has not locked up:
 * both would wake a machine that has nothing to do.
 */
const COMMAND_LINE = 'console=ttyS0 panic=-1 tsc=reliable nowatchdog';

export function prepareImage(store: ImageStore, recipe: Recipe, tell: Tell): ImageManifest {
  return oneAtATime(store, recipe.name, tell, () => make(store, recipe, tell));
}

const oneAtATime = <T>(store: ImageStore, name: string, tell: Tell, work: () => T): T =>
  inTurn(store.folder, name, () => tell(`The image '${name}' is being made already; waiting for that`), work);

function make(store: ImageStore, recipe: Recipe, tell: Tell): ImageManifest {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-image-'));
  try {
    const packages = new PackageSource(folder);
    tell(`Looking for ${recipe.kernelPackage}`);
    const kernel = packages.resolve(recipe.kernelPackage, /^linux-image-\d/);
    tell(`Fetching ${kernel.name}`);
    const kernelFiles = packages.unpack(kernel.name);
    tell(`Fetching ${recipe.busyboxPackage}`);
    const busyboxFiles = packages.unpack(recipe.busyboxPackage);
    const release = kernel.name.replace(/^linux-image-/, '');
    const busybox = join(busyboxFiles.files, 'bin', 'busybox');
    tell('Making the initial RAM disk');
    const archive = initrd({
      busybox: readBytes(busybox),
      applets: appletsOf(busybox),
      kernelRelease: release,
      modules: collectModules(modulesFolder(kernelFiles.files, release)),
    });
    return store.save(
      { name: recipe.name, recipe: recipeEdition(recipe), kernelRelease: release, commandLine: COMMAND_LINE },
      {
        kernel: {
          file: `vmlinuz-${release}`,
          content: readBytes(join(kernelFiles.files, 'boot', `vmlinuz-${release}`)),
          source: `${kernel.name} ${kernelFiles.version}`,
        },
        initrd: { file: 'initrd.img', content: archive, source: `${recipe.busyboxPackage} ${busyboxFiles.version}` },
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Newer Debian releases keep modules below /usr. */
function modulesFolder(files: string, release: string): string {
  for (const root of ['lib', join('usr', 'lib')]) {
    const folder = join(files, root, 'modules', release);
    try {
      readdirSync(folder);
      return folder;
    } catch {
      // the other place
    }
  }
  throw new Refusal(
    'package-unknown',
    `The kernel package for ${release} has no modules.`,
    'Update the package lists and prepare the image again.',
  );
}

export interface ImportRequest {
  readonly name: string;
  readonly kernel: string;
  readonly initrd: string | undefined;
  readonly commandLine: string | undefined;
}

export function importImage(store: ImageStore, request: ImportRequest): ImageManifest {
  const kernel = readBytes(request.kernel);
  const archive = request.initrd === undefined ? undefined : readBytes(request.initrd);
  return store.save(
    { name: request.name, recipe: 'imported', kernelRelease: 'unknown', commandLine: request.commandLine ?? 'console=ttyS0' },
    {
      kernel: { file: 'kernel', content: kernel, source: basename(request.kernel) },
      initrd:
        archive === undefined ? undefined : { file: 'initrd.img', content: archive, source: basename(request.initrd ?? '') },
    },
  );
}

/** An image ready for use. One of ours that is missing or damaged is made (again) first, by one process. @throws Refusal */
export function readyImage(store: ImageStore, name: string, tell: Tell): LoadedImage {
  const recipe = recipeNamed(name);
  if (recipe === undefined) return ready(store, name, recipe, tell);
  const there = store.load(name);
  if (typeof there !== 'string' && !outdated(there, recipe)) return there;
  return oneAtATime(store, name, tell, () => ready(store, name, recipe, tell));
}

const outdated = ({ manifest }: LoadedImage, recipe: Recipe): boolean =>
  manifest.recipe !== recipeEdition(recipe) && manifest.recipe !== 'imported';

function ready(store: ImageStore, name: string, recipe: Recipe | undefined, tell: Tell): LoadedImage {
  if (recipe !== undefined && store.manifest(name)?.recipe !== recipeEdition(recipe)) store.adopt(name, recipeEdition(recipe));
  const image = store.load(name);
  if (typeof image !== 'string') return recipe === undefined ? image : renewed(store, image, recipe, tell);
  if (recipe === undefined) {
    if (image === 'absent') {
      const names = [...new Set([...Object.values(RECIPES).map((each) => each.name), ...store.list().map((each) => each.name)])];
      throw new Refusal(
        'image-unknown',
        `There is no image '${name}'.`,
        `Images: ${names.join(', ')}. More: blanket images --help.`,
      );
    }
    throw new Refusal(
      'image-damaged',
      `The files of the image '${name}' are not what was imported.`,
      'Import them again: blanket images import --help.',
    );
  }
  tell(
    image === 'damaged' ? `The image '${name}' is damaged and is made again` : `The image '${name}' is made for the first time`,
  );
  make(store, recipe, tell);
  const made = store.load(name);
  if (typeof made === 'string')
    throw new Refusal('image-damaged', `The image '${name}' could not be made.`, 'Check the disk of the data folder.');
  return made;
}

/** An image of an older edition of its recipe is made again where that is possible; it still serves where it is not. */
function renewed(store: ImageStore, image: LoadedImage, recipe: Recipe, tell: Tell): LoadedImage {
  const { name } = image.manifest;
  if (!outdated(image, recipe)) return image;
  tell(`The image '${name}' is of an older edition and is made again`);
  try {
    make(store, recipe, tell);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell(`That failed (${error.message}); the older one is used`);
    return image;
  }
  const made = store.load(name);
  return typeof made === 'string' ? image : made;
}
