/** What a person brings and opens, over the real layers: disks of their own, a network of their own, a port of it to the outside. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertDisk } from '../../core/host/disks/copy.ts';
import { fleetOf } from '../fleet.ts';
import { folderWithImage } from '../image.ts';
import { expect, type Started, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';

/** Milliseconds that a step may take on a busy computer. */
const PATIENCE = 400_000;
const MIB = 2 ** 20;
/** Name in the library, and what the disk begins with; a console shows it and no command spells it. */
const DISKS = { raw: 'written in raw', qcow2: 'written in qcow2' } as const;
/** Takes an address on the only card that is there, and answers whoever calls. */
const SERVE =
  'card=$(ls /sys/class/net | grep eth); ip link set $card up; udhcpc -i $card -n -q -s /etc/udhcpc.script >/dev/null 2>&1;' +
  ' while :; do echo answer $((6 * 7)) | nc -l -p 80; done & ip -4 -o addr show $card | grep -c 10.0.1.';

function diskFiles(folder: string): Readonly<Record<keyof typeof DISKS, string>> {
  for (const [format, words] of Object.entries(DISKS)) {
    const bytes = Buffer.alloc(MIB);
    bytes.write(`${words}\n`);
    writeFileSync(join(folder, `${format}.raw`), bytes);
  }
  const qcow2 = join(folder, 'qcow2.qcow2');
  for (const _ of convertDisk(join(folder, 'qcow2.raw'), qcow2, 'qcow2'));
  return { raw: join(folder, 'raw.raw'), qcow2 };
}

/** Imported in the window, taken from the library by a machine that runs, and read by it. */
async function ownDisks(desk: Started, machineId: string): Promise<void> {
  const { window } = desk;
  const folder = mkdtempSync(join(tmpdir(), 'blanket-disks-'));
  const machine = new MachineWindow(window);
  for (const [name, path] of Object.entries(diskFiles(folder))) {
    await window.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Storage' }).click();
    await window.getByRole('button', { name: 'Import' }).click();
    const dialog = window.getByRole('dialog', { name: 'Import' });
    await dialog.getByRole('button', { name: 'Disk', exact: true }).click();
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('File').fill(path);
    await dialog.getByRole('button', { name: 'Import' }).click();
    await expect(window.getByRole('row', { name: new RegExp(`^${name} `) })).toBeVisible({ timeout: PATIENCE });
    await machine.open(machineId, 'details');
    await window.getByRole('button', { name: 'Add a disk' }).click();
    const adding = window.getByRole('dialog', { name: 'Add a disk' });
    await adding.getByRole('button', { name: 'From the library' }).click();
    await adding.getByRole('combobox', { name: 'Disk begins as' }).selectOption(name);
    await adding.getByRole('button', { name: 'Add a disk' }).click();
    await expect(window.getByText(`began as ${name}`)).toBeVisible({ timeout: PATIENCE });
  }
  await machine.open(machineId);
  await machine.prompt(PATIENCE);
  await machine.type('for disk in /dev/xvd?; do head -n 1 $disk | head -c 20; done');
  for (const words of Object.values(DISKS)) await expect(machine.screen).toContainText(words, { timeout: PATIENCE });
  rmSync(folder, { recursive: true });
}

/** One machine moves to an inner network and serves; the other, on the bridge, reaches it through a forwarded port. */
async function forwardedPort(desk: Started, server: string, client: string): Promise<void> {
  const { window } = desk;
  const networks = window.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Networks' });
  const machine = new MachineWindow(window);
  await networks.click();
  await window.getByRole('button', { name: 'New network' }).click();
  await window.getByRole('dialog', { name: 'New network' }).getByRole('button', { name: 'Create' }).click();
  await expect(window.getByText('10.0.1.0/24')).toBeVisible();

  await machine.open(server, 'details');
  await window.getByRole('button', { name: /^Detach eth/ }).click();
  await expect(window.getByText('No network card.')).toBeVisible({ timeout: PATIENCE });
  await window.getByRole('combobox', { name: 'Network' }).selectOption('inner');
  await window.getByRole('button', { name: 'Add a card' }).click();
  await expect(window.locator('.tag', { hasText: /^inner$/ })).toBeVisible({ timeout: PATIENCE });
  await machine.open(server);
  await machine.prompt(PATIENCE);
  await machine.type(SERVE);
  await machine.prompt(PATIENCE);

  await networks.click();
  await window.getByRole('button', { name: 'Forward a port' }).click();
  const dialog = window.getByRole('dialog', { name: 'Forward a port' });
  await expect(dialog.getByRole('combobox', { name: 'Machine' })).toContainText('10.0.1.', { timeout: PATIENCE });
  await dialog.getByRole('button', { name: 'Forward' }).click();
  const outside = await window.getByText(/^tcp [\d.]+:8080$/).textContent();
  const [, address = ''] = /^tcp ([\d.]+):8080$/.exec(outside ?? '') ?? [];
  await machine.open(client);
  await machine.prompt(PATIENCE);
  await machine.type(`nc ${address} 8080 </dev/null`);
  await expect(machine.screen).toContainText('answer 42', { timeout: PATIENCE });
}

test('imported disks are read by a machine that runs, and another reaches it through a forwarded port', async () => {
  test.setTimeout(1_500_000);
  const folder = folderWithImage();
  const desk = await start({ worlds: 'real', folder });
  const instance = await fleetOf(desk, 2, { type: 'm1.large', memoryMib: 128, diskMib: 64, patience: PATIENCE });
  const machine = new MachineWindow(desk.window);
  for (const number of [1, 2]) {
    await machine.open(`${instance}.${number}`);
    await machine.prompt(PATIENCE);
  }
  await ownDisks(desk, `${instance}.1`);
  await forwardedPort(desk, `${instance}.1`, `${instance}.2`);
  await desk.call('settings.write', { change: { onClose: 'discard' } });
  await desk.app.close();
  rmSync(folder, { recursive: true, force: true });
});
