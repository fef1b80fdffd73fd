/** The packed program: made by electron-builder as for a release, but without archive and fuses, so that it can be driven. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { packApp } from '../tools/package.ts';
import { electronFolder } from '../tools/start.ts';
import { go } from './pages/window.ts';

const root = resolve(import.meta.dirname, '..');
/** Milliseconds that starting, and each thing done in the window, may take on a slow and busy computer. */
const PATIENCE = 120_000;

/** What electron-builder calls the platform, where it puts the program, and where that has its resources. */
const PLATFORMS: Partial<Record<NodeJS.Platform, { flag: string; program: string; resources: string }>> = {
  linux: { flag: '--linux', program: 'linux-unpacked/blanket', resources: 'linux-unpacked/resources' },
  win32: { flag: '--win', program: 'win-unpacked/Blanket.exe', resources: 'win-unpacked/resources' },
  darwin: { flag: '--mac', program: 'mac/Blanket.app/Contents/MacOS/Blanket', resources: 'mac/Blanket.app/Contents/Resources' },
};

test('packs, starts, brings the guest image along, and holds nothing of the tests', async () => {
  test.setTimeout(600_000);
  const platform = PLATFORMS[process.platform];
  if (platform === undefined) throw new Error(`there is no package for ${process.platform}`);
  const folder = mkdtempSync(join(tmpdir(), 'blanket-pack-'));
  const config = join(folder, 'builder.yml');
  // Fuses would forbid the driver's inspector, and the stand-in is no binary that they could be burnt into.
  writeFileSync(config, readFileSync(join(root, 'electron-builder.yml'), 'utf8').replace(/^electronFuses:\n(?: .*\n)+/m, ''));
  // What the setup built is packed: building again would take pages away from an application of another test.
  packApp([
    '--dir',
    platform.flag,
    '--config',
    config,
    `-c.electronDist=${electronFolder(false) ?? 'dist/stand-in'}`,
    '-c.asar=false',
  ]);
  const packages = join(root, 'dist/packages');
  const inside = readdirSync(join(packages, platform.resources, 'app'), { recursive: true, encoding: 'utf8' });
  expect(inside.filter((name) => /e2e|scripted|stand-in|\.ts$|\.map$/.test(name))).toEqual([]);
  expect(inside).toEqual(
    expect.arrayContaining(['dist/app/main.cjs', 'dist/app/world.mjs', 'dist/app/engine.wasm', 'dist/app/window/index.html']),
  );
  expect(statSync(join(packages, platform.resources, 'image/image.json')).size).toBeGreaterThan(0);

  const app = await _electron.launch({
    executablePath: join(packages, platform.program),
    args: [`--user-data-dir=${join(folder, 'data')}`],
    timeout: PATIENCE,
  });
  app.context().setDefaultTimeout(PATIENCE);
  const window = await app.firstWindow({ timeout: PATIENCE });
  await expect(window.getByRole('button', { name: 'Rent an instance' })).toBeVisible();
  await expect(window.getByText('Rent one big machine. Cut it into many.')).toBeVisible();
  await go(window, '/storage');
  await expect(window.getByRole('row', { name: /default/ })).toContainText(/ready/i);
  await app.close();
});
