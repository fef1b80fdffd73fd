/** The main job, as a person does it: rent, lay the Blanket, cut, open a console, change, clone, delete, see the bill, come back. */

import { until } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { MachinesPage } from '../pages/machines.ts';

for (const provider of ['Amazon EC2, 2010-2012', 'Google Compute Engine']) {
  test(`rent from ${provider}, cut into 4, use them`, async ({ desk }) => {
    const { window } = desk;
    await window.getByRole('button', { name: 'Rent an instance' }).click();
    await window.getByText(provider, { exact: true }).click();
    await window.getByRole('radio', { name: provider.startsWith('Google') ? 'e2-standard-8' : 'cc1.4xlarge' }).check();
    await window.getByRole('textbox', { name: 'Name' }).fill('weaver');
    await window.getByRole('button', { name: 'Rent it' }).click();
    await window.getByRole('button', { name: 'Lay the Blanket' }).click({ timeout: 20_000 });
    await window.getByRole('button', { name: 'Create 4 machines' }).click({ timeout: 20_000 });

    const machines = new MachinesPage(window);
    await machines.table.waitFor();
    for (const name of ['vm-1', 'vm-2', 'vm-3', 'vm-4'])
      await expect(machines.row(name).getByRole('img', { name: 'Running' })).toBeVisible({ timeout: 20_000 });

    await machines.row('vm-1').dblclick();
    const console_ = new MachineWindow(window);
    await expect(console_.screen).toContainText('root@vm-1');
    await console_.type('uname -a');
    await expect(console_.screen).toContainText('Linux vm-1');
    await console_.type('load 1');
    await until('the load is seen', async () => /CPU\s*(8|9|10)\d/.test(await window.locator('.head-live').innerText()));

    await window.getByRole('tab', { name: 'Details' }).click();
    await window.getByRole('spinbutton', { name: 'Weight' }).fill('512');
    await window.getByRole('button', { name: 'Apply' }).click();
    await until(
      'the weight is 512',
      async () => (await desk.call('fleet.read', {})).machines.find((it) => it.name === 'vm-1')?.weight === 512,
    );
    await window.getByRole('button', { name: 'Pause' }).click();
    await expect(window.locator('.machine-head').getByText('Paused')).toBeVisible();
    await window.getByRole('button', { name: 'Resume' }).click();

    await window.getByRole('button', { name: 'More actions' }).click();
    await window.getByRole('menuitem', { name: 'Clone…' }).click();
    await window.getByRole('dialog').getByRole('button', { name: 'Clone…' }).click();
    await machines.open();
    await expect(machines.row('vm-1-clone').getByRole('img', { name: 'Running' })).toBeVisible({ timeout: 20_000 });

    await machines.select('vm-4');
    await machines.bulk.getByRole('button', { name: 'Delete' }).click();
    await window.getByRole('textbox', { name: 'Type vm-4 to confirm' }).fill('vm-4');
    await window.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(machines.row('vm-4')).toHaveCount(0);

    await window.getByRole('link', { name: 'Spend' }).click();
    await expect(window.getByRole('table').getByRole('link', { name: 'vm-1', exact: true })).toBeVisible();
    await expect(window.getByText('at this moment')).toBeVisible();
  });
}

test('everything is there again after a restart', async () => {
  const first = await start();
  const { fleetOf } = await import('../fleet.ts');
  const id = await fleetOf(first, 3);
  await first.call('machine.act', { machine: `${id}.2`, action: 'pause' });
  await until(
    'it is paused',
    async () => (await first.call('fleet.read', {})).machines.find((it) => it.id === `${id}.2`)?.state === 'paused',
  );
  await first.close();
  const again = await start({ folder: first.folder });
  await until(
    'the fleet is back',
    async () => (await again.call('fleet.read', {})).machines.filter((it) => it.state === 'running').length === 2,
  );
  const fleet = await again.call('fleet.read', {});
  expect(fleet.instances.map((it) => it.state)).toEqual(['blanket']);
  expect(fleet.machines.map((it) => [it.name, it.state])).toEqual([
    ['vm-1', 'running'],
    ['vm-2', 'paused'],
    ['vm-3', 'running'],
  ]);
  await again.close();
});
