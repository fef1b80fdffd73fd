/** `blanket images`: kernels with their initial RAM disks, prepared from packages or imported. */
import { Command, Option } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { importImage, prepareImage } from '../../host/images/prepare.ts';
import type { Flavour } from '../../host/images/recipes.ts';
import { FLAVOURS, RECIPES } from '../../host/images/recipes.ts';
import type { ImageFile, ImageManifest } from '../../host/images/store.ts';
import { ImageStore } from '../../host/images/store.ts';

interface Format {
  readonly format: 'text' | 'json';
}

const format = (): Option => new Option('--format <format>', 'how to write it').choices(['text', 'json']).default('text');
const store = (): ImageStore => new ImageStore(dataFolder());
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const json = (value: unknown): void => print(JSON.stringify(value, null, 2));
const mebibytes = (file: ImageFile | undefined): string =>
  file === undefined ? '-' : `${(file.bytes / 2 ** 20).toFixed(1)} MiB`;

export function imagesCommand(): Command {
  return new Command('images')
    .description('Images: a kernel and an initial RAM disk under a name.')
    .addCommand(prepareCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(importCommand());
}

function prepareCommand(): Command {
  return new Command('prepare')
    .description("Make an image from Debian's packages (no root needed); an existing one is replaced.")
    .addOption(new Option('--flavour <flavour>', 'which kernel').choices(FLAVOURS).default('cloud'))
    .action(({ flavour }: { flavour: Flavour }) => {
      const manifest = prepareImage(store(), RECIPES[flavour], (step) => process.stderr.write(`${step} ...\n`));
      print(
        `Image '${manifest.name}' is ready: ${manifest.kernel.source}, ${mebibytes(manifest.kernel)} and ${mebibytes(manifest.initrd)}.`,
      );
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('List the images.')
    .addOption(format())
    .action(({ format: how }: Format) => {
      const images = store().list();
      if (how === 'json') json(images);
      else if (images.length === 0) print('There are no images yet. blanket images prepare makes one.');
      else for (const image of images) print(line(image));
    });
}

const line = (image: ImageManifest): string =>
  [
    image.name.padEnd(16),
    image.kernel.source.padEnd(48),
    mebibytes(image.kernel).padStart(9),
    mebibytes(image.initrd).padStart(9),
  ].join(' ');

function showCommand(): Command {
  return new Command('show')
    .description('Tell what an image consists of, and whether its files are whole.')
    .argument('<name>', 'the image')
    .addOption(format())
    .action((name: string, { format: how }: Format) => {
      const images = store();
      const manifest = images.manifest(name);
      if (manifest === undefined) {
        throw new Refusal(
          'image-unknown',
          `There is no image '${name}'.`,
          'blanket images list tells which there are; blanket images prepare makes one.',
        );
      }
      const intact = typeof images.load(name) !== 'string';
      if (how === 'json') {
        json({ ...manifest, folder: images.folderOf(name), intact });
        return;
      }
      print(`name           ${manifest.name}`);
      for (const [title, file] of [
        ['kernel', manifest.kernel],
        ['initrd', manifest.initrd],
      ] as const) {
        if (file !== undefined)
          print(
            `${title.padEnd(14)} ${file.file}, ${file.bytes} bytes, from ${file.source}\n${' '.repeat(15)}sha256 ${file.sha256}`,
          );
      }
      print(`command line   ${manifest.commandLine}`);
      print(`folder         ${images.folderOf(name)}`);
      print(`files          ${intact ? 'whole' : 'damaged; made or imported again they are whole'}`);
    });
}

function importCommand(): Command {
  return new Command('import')
    .description('Take in a kernel and an initial RAM disk of your own.')
    .argument('<name>', 'what to call it')
    .requiredOption('--kernel <file>', 'the kernel')
    .option('--initrd <file>', 'the initial RAM disk')
    .option('--append <string>', 'words that its kernel command line always has')
    .action((name: string, options: { kernel: string; initrd?: string; append?: string }) => {
      const manifest = importImage(store(), {
        name,
        kernel: options.kernel,
        initrd: options.initrd,
        commandLine: options.append,
      });
      print(`Image '${manifest.name}' is ready.`);
    });
}
