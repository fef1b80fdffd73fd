/** The packed program: made by electron-builder as for a release, without the archive and the fuses, and driven. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { buildApp } from '../tools/start.ts';

const root = resolve(import.meta.dirname, '..');
const packed = join(root, 'dist/packages/linux-unpacked');

test('packs, starts, and holds nothing of the tests', async () => {
  test.skip(
    process.platform !== 'linux' || !existsSync(join(root, 'dist/stand-in')),
    'packed around the stand-in host, on Linux',
  );
  test.setTimeout(180_000);
  buildApp();
  const config = join(mkdtempSync(join(tmpdir(), 'blanket-pack-')), 'builder.yml');
  // The stand-in is no binary that fuses could be burnt into.
  writeFileSync(config, readFileSync(join(root, 'electron-builder.yml'), 'utf8').replace(/^electronFuses:\n(?: .*\n)+/m, ''));
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/out/cli/cli.js'),
      '--dir',
      '--linux',
      '--config',
      config,
      '-c.electronDist=dist/stand-in',
      '-c.asar=false',
    ],
    { cwd: root, stdio: 'ignore' },
  );
  const inside = readdirSync(join(packed, 'resources/app'), { recursive: true, encoding: 'utf8' });
  expect(inside.filter((name) => /e2e|scripted|stand-in|\.ts$|\.map$/.test(name))).toEqual([]);
  expect(inside).toEqual(
    expect.arrayContaining(['dist/app/main.cjs', 'dist/app/world.mjs', 'dist/app/engine.wasm', 'dist/app/window/index.html']),
  );

  const app = await _electron.launch({
    executablePath: join(packed, 'blanket'),
    args: [`--user-data-dir=${mkdtempSync(join(tmpdir(), 'blanket-packed-'))}`],
  });
  const window = await app.firstWindow();
  await expect(window.getByRole('button', { name: 'Rent an instance' })).toBeVisible();
  await expect(window.getByText('Rent one big machine. Cut it into many.')).toBeVisible();
  await app.close();
});
