/** What a world needs of the operating system: the compiled interpreter, images, clocks. Shaped for the seam of the worlds. */
import { Refusal } from '../base/refusal.ts';
import { hostCodecs } from './codecs.ts';
import { exists, readBytes } from './files.ts';
import { readyImage } from './images/prepare.ts';
import { ImageStore } from './images/store.ts';
import { worldFiles } from './world-files.ts';

export interface ProvisionsOptions {
  /** The compiled interpreter. */
  readonly engine: string;
  readonly dataFolder: string;
  /** Folder of the one world that is served. */
  readonly folder: string;
  /** Told what is being done when an image has to be made first. */
  tell(step: string): void;
}

/** A console is named by whoever starts the kernel. */
const withoutConsole = (commandLine: string): string => commandLine.replace(/\bconsole=\S+\s*/g, '').trim();

export function provisionsFrom({ engine, dataFolder, folder, tell }: ProvisionsOptions) {
  const images = new ImageStore(dataFolder);
  return {
    /** @throws Refusal `engine-missing` */
    wasm: (): Uint8Array => {
      if (!exists(engine)) throw new Refusal('engine-missing', 'The interpreter is not built.', 'Run: npm run build:hot');
      return readBytes(engine);
    },
    codecs: hostCodecs(dataFolder),
    image: (name: string) => {
      const { manifest, kernel, initrd } = readyImage(images, name, tell);
      return {
        kernel: { name: manifest.kernel.file, bytes: kernel },
        ramdisk: initrd === undefined ? undefined : { name: manifest.initrd?.file ?? 'initrd', bytes: initrd },
        commandLine: withoutConsole(manifest.commandLine),
      };
    },
    files: worldFiles(folder, dataFolder),
    wall: () => performance.now(),
    epoch: () => Math.floor(Date.now() / 1000),
    wait: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  };
}
