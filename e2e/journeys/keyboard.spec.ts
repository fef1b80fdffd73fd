/** Without a mouse: the main job, the palette, the two-letter keys, the table; and windows of their own. */
import type { Locator, Page } from '@playwright/test';
import { fleetOf, until } from '../fleet.ts';
import { expect, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { MachinesPage } from '../pages/machines.ts';
import { go } from '../pages/window.ts';

/** More than any page has places for the focus. */
const PLACES = 80;

/** Goes on with Tab until this has the focus; it must be reached from where the keys are. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeEnabled();
  for (let place = 0; place < PLACES; place++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test('the main job by the keyboard alone: rent, lay, cut, use a console, and out of it again', async ({ desk }) => {
  const page = desk.window;
  const { keyboard } = page;
  const press = async (target: Locator): Promise<void> => {
    await tabTo(page, target);
    await keyboard.press('Enter');
  };
  await press(page.getByRole('button', { name: 'Rent an instance' }));
  await tabTo(page, page.getByRole('textbox', { name: 'Find a type' }));
  await keyboard.type('cc1.4');
  await tabTo(page, page.getByRole('radio', { name: 'cc1.4xlarge', exact: true }));
  await keyboard.press('Space');
  await press(page.getByRole('button', { name: 'Rent it' }));
  await press(page.getByRole('button', { name: 'Lay the Blanket' }));
  await press(page.getByRole('button', { name: 'Create 4 machines' }));
  const machines = new MachinesPage(page);
  await expect(machines.row('vm-1').getByRole('img', { name: 'Running' })).toBeVisible();
  await tabTo(page, machines.table);
  for (const key of ['Home', 'ArrowDown', 'Enter']) await keyboard.press(key);
  const machine = new MachineWindow(page);
  await expect(machine.screen).toContainText('root@vm-1');
  await expect(machine.link).toHaveText('Connected');
  await keyboard.type('hostname');
  await keyboard.press('Enter');
  await expect.poll(() => machine.lines()).toContain('vm-1');
  await keyboard.press('Control+Alt');
  await expect(page.getByRole('button', { name: 'Find' })).toBeFocused();
  // Both are sent at once, since the second has to follow soon.
  await Promise.all(['g', 'm'].map((key) => keyboard.press(key)));
  await expect(machines.table).toBeVisible();
});

test('the palette finds a machine and opens its console', async ({ desk }) => {
  await fleetOf(desk, 3);
  await desk.window.keyboard.press('Control+k');
  await expect(desk.window.getByRole('dialog').getByRole('combobox')).toBeFocused();
  await desk.window.keyboard.type('vm-2');
  await expect(desk.window.getByRole('option', { name: 'vm-2', selected: true })).toBeVisible();
  await desk.window.keyboard.press('Enter');
  await expect(desk.window.getByRole('heading', { name: 'vm-2' })).toBeVisible();
  await expect(desk.window.getByRole('tab', { name: 'Console', selected: true })).toBeVisible();
});

test('two letters go to a page, and a question mark shows all keys', async ({ desk }) => {
  // Both are sent at once, since the second has to follow soon.
  await Promise.all(['g', 's'].map((key) => desk.window.keyboard.press(key)));
  await expect(desk.window.getByText('Nothing is being billed')).toBeVisible();
  await desk.window.keyboard.press('?');
  await expect(desk.window.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('the table: move, select, fold, open', async ({ desk }) => {
  await fleetOf(desk, 4);
  const machines = new MachinesPage(desk.window);
  await expect(machines.rows()).toHaveCount(4);
  await machines.table.focus();
  for (const key of ['Home', 'ArrowDown', 'x', 'ArrowDown', 'x']) await desk.window.keyboard.press(key);
  await expect(machines.bulk.getByText('2 selected')).toBeVisible();
  await desk.window.keyboard.press('Escape');
  await expect(machines.bulk).toHaveCount(0);
  await desk.window.keyboard.press('Home');
  await desk.window.keyboard.press('ArrowLeft');
  await expect(machines.rows()).toHaveCount(0);
  await desk.window.keyboard.press('ArrowRight');
  await expect(machines.rows()).toHaveCount(4);
  await desk.window.keyboard.press('ArrowDown');
  await desk.window.keyboard.press('Enter');
  await expect(desk.window.getByRole('heading', { name: 'vm-1' })).toBeVisible();
});

test('a filter narrows, bulk actions say what came of each', async ({ desk }) => {
  await fleetOf(desk, 4);
  await desk.call('machine.act', { machine: 'i1.2', action: 'pause' });
  const machines = new MachinesPage(desk.window);
  await desk.window.keyboard.press('/');
  await expect(machines.filter).toBeFocused();
  await desk.window.keyboard.type('state:paused');
  await expect(machines.rows()).toHaveCount(1);
  await machines.filter.fill('');
  await desk.window.getByRole('checkbox', { name: 'Select all' }).click();
  await machines.bulk.getByRole('button', { name: 'Pause' }).click();
  await expect(desk.window.getByRole('dialog', { name: 'Done for 3 of 4' })).toContainText('The machine is paused');
});

test('a console has a window of its own, which survives and comes to the front when asked again', async ({ desk }) => {
  await fleetOf(desk, 1);
  await go(desk.window, '/machine/i1.1/console');
  const [popped] = await Promise.all([
    desk.app.waitForEvent('window'),
    desk.window
      .getByRole('toolbar', { name: 'Console tools' })
      .getByRole('button', { name: 'Open in a window of its own' })
      .click(),
  ]);
  await expect(popped.locator('.xterm-rows')).toContainText('root@vm:');
  await expect(popped.getByRole('navigation')).toHaveCount(0);
  await desk.call('window.open', { place: '/machine/i1.1/console' });
  expect(await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(2);
  await until('it has the name of the machine', async () =>
    (await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((it) => it.getTitle()))).includes('vm'),
  );
});

test('closing asks what becomes of running instances', async ({ desk }) => {
  await fleetOf(desk, 1);
  await desk.app.evaluate(({ app }) => app.quit());
  await expect(desk.window.getByRole('dialog', { name: '1 instance is running' })).toBeVisible();
  await desk.window.getByRole('button', { name: 'Cancel' }).click();
  await expect(desk.window.getByRole('treegrid')).toBeVisible();
});
