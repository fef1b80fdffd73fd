/** A data folder that has the default guest image already: made once for this user, and shared by every test that boots for real. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../core/host/data-folder.ts';
import { readyImage } from '../core/host/images/prepare.ts';
import { ImageStore } from '../core/host/images/store.ts';

export function folderWithImage(): string {
  const shared = dataFolder();
  readyImage(new ImageStore(shared), 'default', (step) => process.stdout.write(`${step} …\n`));
  const folder = mkdtempSync(join(tmpdir(), 'blanket-real-'));
  cpSync(join(shared, 'images/default'), join(folder, 'images/default'), { recursive: true });
  return folder;
}
