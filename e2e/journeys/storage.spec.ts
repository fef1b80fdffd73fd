/** Disks come in and go out: an image is imported into the library, a machine begins with it, its disk is exported. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetOf, until } from '../fleet.ts';
import { expect, test } from '../launch.ts';
import { go } from '../pages/window.ts';

test('a disk is imported, used for a new machine, exported, and removed only when nobody needs it', async ({ desk }) => {
  const page = desk.window;
  const folder = mkdtempSync(join(tmpdir(), 'blanket-disk-'));
  const raw = join(folder, 'mine.raw');
  writeFileSync(raw, new Uint8Array(4 * 2 ** 20).fill(3));
  await fleetOf(desk, 1);
  await go(page, '/storage');
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import' });
  await dialog.getByRole('button', { name: 'Disk', exact: true }).click();
  await dialog.getByLabel('Name').fill('mine');
  await dialog.getByLabel('File').fill(raw);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(page.getByRole('row', { name: /mine.*qcow2/ })).toBeVisible();

  await go(page, '/new?instance=i1');
  await page.getByRole('textbox', { name: 'Name' }).fill('web');
  await page.getByRole('combobox', { name: 'Disk begins as' }).selectOption('mine');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('checkbox', { name: 'Protect against deletion' }).check();
  await page.getByRole('button', { name: 'Create 1 machine' }).click();
  await until(
    'it runs',
    async () => (await desk.call('fleet.read', {})).machines.find((it) => it.name === 'web')?.state === 'running',
  );
  const web = (await desk.call('fleet.read', {})).machines.find((it) => it.name === 'web');
  expect(web).toMatchObject({ protected: true, disks: [{ id: 'xvda', image: 'mine' }] });

  await go(page, '/storage');
  await expect(page.getByRole('button', { name: 'Export web-xvda' })).toBeDisabled();
  await desk.call('machine.act', { machine: web?.id ?? '', action: 'pause' });
  const out = join(folder, 'out.qcow2');
  await expect(page.getByRole('button', { name: 'Export web-xvda' })).toBeEnabled();
  await desk.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
  }, out);
  await page.getByRole('button', { name: 'Export web-xvda' }).click();
  await page.getByRole('menuitem', { name: 'as qcow2' }).click();
  await expect.poll(() => written(out)).toBe('scripted');
  rmSync(folder, { recursive: true });
});

function written(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
