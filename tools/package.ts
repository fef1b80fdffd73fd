/** `npm run package`: builds the program, puts the guest image beside it, and lets electron-builder pack both. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataFolder } from '../core/host/data-folder.ts';
import { readyImage } from '../core/host/images/prepare.ts';
import { ImageStore } from '../core/host/images/store.ts';
import { buildApp } from './start.ts';

const root = resolve(import.meta.dirname, '..');

/** Packs the program that has been built. @param args of electron-builder */
export function packApp(args: readonly string[]): void {
  const store = new ImageStore(dataFolder());
  readyImage(store, 'default', (step) => console.log(`${step} …`));
  const image = join(root, 'dist/image');
  rmSync(image, { recursive: true, force: true });
  cpSync(store.folderOf('default'), image, { recursive: true });
  const builder = join(root, 'node_modules/electron-builder/out/cli/cli.js');
  execFileSync(process.execPath, [builder, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

if (process.argv[1] === import.meta.filename) {
  buildApp();
  packApp(process.argv.slice(2));
}
