/** Alarms: a rule is made in the window, is raised by load, is told and shown, and is cleared. */
import { fleetOf } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { go } from '../pages/window.ts';

test('a machine that stays busy raises an alarm, and clears it when the load is gone', async ({ desk }) => {
  await fleetOf(desk, 1);
  const page = desk.window;
  await go(page, '/tasks/alarms');
  await page.getByRole('button', { name: 'New rule' }).click();
  const dialog = page.getByRole('dialog', { name: 'New rule' });
  await dialog.getByLabel('Limit (%)').fill('70');
  await dialog.getByLabel('For so many seconds').fill('2');
  await expect(dialog.getByText('CPU above 70 % for 2 s')).toBeVisible();
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('cell', { name: 'CPU above 70 % for 2 s', exact: true })).toBeVisible();

  const machine = new MachineWindow(page);
  await machine.open('i1.1');
  await machine.type('load 1');
  await expect(page.getByText(/vm: CPU has been beyond its limit of 70 % for 2 s/)).toBeVisible();
  await go(page, '/tasks/alarms');
  await expect(page.getByRole('heading', { name: '1 alarm is raised' })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Alarms (1)' })).toBeVisible();

  await go(page, '/machines');
  await expect(page.getByRole('img', { name: /Alarm: CPU/ })).toBeVisible();
  await machine.open('i1.1');
  await machine.type('load 0');
  await go(page, '/tasks/alarms');
  await expect(page.getByText('Every limit is kept.')).toBeVisible();
  await desk.close();
  const again = await start({ folder: desk.folder });
  expect((await again.call('alarm.list', {})).rules.map((rule) => rule.limit)).toContain(70);
  await again.close();
});
