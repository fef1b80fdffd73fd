/** The main job, as a person does it with the mouse and the keyboard; the same steps over scripted worlds and over the real layers. */
import { until } from '../fleet.ts';
import { expect, type Started } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { MachinesPage } from '../pages/machines.ts';

export interface Job {
  /** As the window names it. */
  readonly provider: string;
  readonly type: string;
  /** Of each machine. */
  readonly memoryMib: number;
  /** A command that keeps one virtual CPU busy. */
  readonly load: string;
  /** Milliseconds that booting may take. */
  readonly patience: number;
}

const NAMES = ['vm-1', 'vm-2', 'vm-3', 'vm-4'];

/** Rents, lays the Blanket, cuts into 4; uses a console, changes, pauses, clones, deletes; reads the bill. */
export async function mainJob(desk: Started, { provider, type, memoryMib, load, patience }: Job): Promise<void> {
  const { window } = desk;
  await window.getByRole('button', { name: 'Rent an instance' }).click();
  await window.getByText(provider, { exact: true }).click();
  await window.getByRole('radio', { name: type, exact: true }).check();
  await window.getByRole('textbox', { name: 'Name' }).fill('weaver');
  await window.getByRole('button', { name: 'Rent it' }).click();
  await window.getByRole('button', { name: 'Lay the Blanket' }).click({ timeout: patience });
  await window.getByRole('spinbutton', { name: 'Memory' }).fill(String(memoryMib), { timeout: patience });
  await window.getByRole('button', { name: 'Create 4 machines' }).click();

  const machines = new MachinesPage(window);
  await machines.table.waitFor();
  for (const name of NAMES)
    await expect(machines.row(name).getByRole('img', { name: 'Running' })).toBeVisible({ timeout: patience });

  const ids = new Map((await desk.call('fleet.read', {})).machines.map((it) => [it.name, it.id]));
  const machine = new MachineWindow(window);
  for (const name of NAMES.slice(1)) {
    await machine.open(ids.get(name) ?? '');
    await machine.prompt(patience);
  }
  await machines.open();
  await machines.row('vm-1').dblclick();
  await machine.prompt(patience);
  await machine.type('uname -a');
  await expect(machine.screen).toContainText('Linux vm-1', { timeout: patience });
  const still = await machine.sparkline('CPU');
  await machine.type(load);
  await until('the load is seen', async () => /CPU\s*(8|9|10)\d/.test((await machine.live.textContent()) ?? ''), patience);
  expect(await machine.sparkline('CPU')).not.toBe(still);

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
  await expect(window.locator('.machine-head').getByText('Running')).toBeVisible();

  await window.getByRole('button', { name: 'More actions' }).click();
  await window.getByRole('menuitem', { name: 'Clone…' }).click();
  await window.getByRole('dialog').getByRole('button', { name: 'Clone…' }).click();
  await machines.open();
  await expect(machines.row('vm-1-clone').getByRole('img', { name: 'Running' })).toBeVisible({ timeout: patience });

  await machines.select('vm-4');
  await machines.bulk.getByRole('button', { name: 'Delete' }).click();
  await window.getByRole('textbox', { name: 'Type vm-4 to confirm' }).fill('vm-4');
  await window.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(machines.row('vm-4')).toHaveCount(0);

  await window.getByRole('link', { name: 'Spend' }).click();
  await expect(window.getByRole('table').getByRole('link', { name: 'vm-1', exact: true })).toBeVisible();
  await expect(window.getByText('at this moment')).toBeVisible();
  await window.getByRole('combobox', { name: 'Machines answer for' }).selectOption('use');
  await expect(window.getByText('it used, as measured')).toBeVisible();
}
