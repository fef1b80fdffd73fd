/** Planning: a plan is made, compared, kept, checked, applied, exported; prices are imported; a running fleet becomes a plan. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetOf, until } from '../fleet.ts';
import { expect, type Started, start, test } from '../launch.ts';
import { PlannerPage, written } from '../pages/planner.ts';
import { go } from '../pages/window.ts';
import { PRICE_FILES } from '../price-files.ts';

const PICTURES = [
  'Price against count',
  'Slowdown against count',
  'One instance or many',
  'Measured beside predicted',
  'How full it is',
  'What the price is made of',
  'Which ratio bears how many',
  'What moves it most',
  'How slowdown is spread',
  'Cheaper or faster',
  'Who wants CPU when',
  'Many plans at once',
] as const;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-planner-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function opened(desk: Started): Promise<PlannerPage> {
  const planner = new PlannerPage(desk);
  await planner.open();
  return planner;
}

test('a plan is checked: measured stands beside predicted at each count', async ({ desk }) => {
  const planner = await opened(desk);
  const check = planner.picture('Measured beside predicted');
  await check.getByRole('button', { name: 'Check the plan' }).click();
  await expect(check.getByRole('progressbar')).toBeVisible();
  await expect(check.getByText('5 of 5 counts within 10 %')).toBeVisible({ timeout: 90_000 });
  await check.getByRole('button', { name: /^As a table/ }).click();
  await expect(check.getByRole('row')).toHaveCount(6);
  await expect(check.getByRole('row').nth(2)).toContainText('10');
});

test('a check can be cancelled, and what was measured stays', async () => {
  // Slow enough that there is something to cancel.
  const desk = await start({ env: { BLANKET_SCRIPTED_CHECK: '1000' } });
  const planner = await opened(desk);
  const check = planner.picture('Measured beside predicted');
  await check.getByRole('button', { name: 'Check the plan' }).click();
  await expect(check.getByText(/of \d+ counts within|of 1 counts within/)).toBeVisible();
  await check.getByRole('button', { name: 'Cancel' }).click();
  await expect(check.getByRole('button', { name: 'Check again' })).toBeVisible();
  await desk.close();
});

test('applying a plan fills in the wizards of renting and cutting', async ({ desk }) => {
  const { window } = desk;
  const planner = await opened(desk);
  await planner.form.getByRole('spinbutton', { name: 'Weight' }).fill('512');
  await planner.button('Apply').click();
  await expect(window.getByRole('radio', { name: 'cc1.4xlarge', exact: true })).toBeChecked();
  await window.getByRole('button', { name: 'Rent it' }).click();
  await window.getByRole('button', { name: 'Lay the Blanket' }).click();
  await expect(window.getByRole('button', { name: 'Create 40 machines' })).toBeVisible();
  await expect(window.getByRole('spinbutton', { name: 'Weight' })).toHaveValue('512');
  await expect(window.getByRole('textbox', { name: 'Name' })).toHaveValue('machine');
  await window.getByRole('button', { name: 'Create 40 machines' }).click();
  await until('40 machines are there', async () => (await desk.call('fleet.read', {})).machines.length === 40);
  const [first] = (await desk.call('fleet.read', {})).machines;
  expect(first).toMatchObject({ memoryMib: 544, weight: 512, vcpus: 1 });
});

test('a running fleet opens the planner filled in with its measured load', async ({ desk }) => {
  const { window } = desk;
  const id = await fleetOf(desk, 3);
  await until(
    'there is some history',
    async () => (await desk.call('metrics.history', { unit: `${id}.1`, gauge: 'cpu', seconds: 900 })).mean.length >= 3,
  );
  await go(window, `/instance/${id}`);
  await window.getByRole('button', { name: 'Plan with its load' }).click();
  const planner = new PlannerPage(desk);
  await planner.answer.waitFor();
  await expect(planner.form.getByRole('textbox', { name: 'Name' })).toHaveValue('Measured load weaver');
  await expect(planner.form.getByRole('tab', { name: /measured-1/ })).toBeVisible();
  await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue('cc1.4xlarge');
});

test('up to four plans stand side by side, with differences marked', async ({ desk }) => {
  const planner = await opened(desk);
  await planner.button('Put beside').click();
  await planner.form.getByRole('combobox', { name: 'Type' }).selectOption('cc2.8xlarge');
  await expect(planner.beside.getByRole('columnheader')).toHaveCount(3);
  await expect(planner.beside.getByRole('row', { name: /Price per machine and hour/ })).toContainText('▼');
  await planner.button('Put beside').click();
  await planner.button('Put beside').click();
  await expect(planner.button('Put beside')).toBeDisabled();
  await planner.beside.getByRole('button', { name: 'Work on it' }).first().click();
  await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue('cc1.4xlarge');
  await expect(planner.beside.getByRole('columnheader')).toHaveCount(5);
});

test('a plan is kept under its name, shared as a file, and opened again', async ({ desk }) => {
  await inFolder(async (folder) => {
    const planner = await opened(desk);
    await planner.form.getByRole('textbox', { name: 'Name' }).fill('My plan');
    await planner.form.getByRole('combobox', { name: 'Type' }).selectOption('cc2.8xlarge');
    await planner.item('Plans', 'Save as “My plan”');
    const file = join(folder, 'mine.json');
    await planner.saveTo(file);
    await planner.item('Export', 'Scenario (JSON)');
    await expect.poll(() => written(file).toString()).toContain('"My plan"');
    await planner.form.getByRole('combobox', { name: 'Type' }).selectOption('m1.xlarge');
    await planner.item('Plans', 'My plan');
    await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue('cc2.8xlarge');
    await planner.form.getByRole('combobox', { name: 'Type' }).selectOption('m1.xlarge');
    await planner.choose(file);
    await planner.item('Plans', 'Open a file …');
    await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue('cc2.8xlarge');
    const printed = execFileSync(process.execPath, ['tools/blanket.js', 'plan', file, '--format', 'json']).toString();
    expect(JSON.parse(printed)).toMatchObject({ type: 'cc2.8xlarge' });
  });
});

/** Times that a pattern is found. */
const times = (text: string, pattern: RegExp): number => text.match(new RegExp(pattern, `g${pattern.flags}`))?.length ?? 0;

for (const { kind, file, holds, is } of [
  {
    kind: 'libvirt',
    file: 'plan.txt',
    holds: (text: string) => [
      times(text, /<domain type='xen'>/),
      times(text, /<memory unit='KiB'>557056</),
      times(text, /<name>machine-40</),
    ],
    is: [40, 40, 1],
  },
  {
    kind: 'xl',
    file: 'plan.txt',
    holds: (text: string) => [
      times(text, /^name = "machine-\d+"$/m),
      times(text, /^memory = 544$/m),
      times(text, /^cpu_weight = 256$/m),
    ],
    is: [40, 40, 40],
  },
  {
    kind: 'cloud-init',
    file: 'plan.txt',
    holds: (text: string) => [times(text, /^#cloud-config$/m), times(text, /machines 'machine' '40' '1' '544' '256' '0' '30'/)],
    is: [1, 1],
  },
  {
    kind: 'tofu',
    file: 'plan.json',
    holds: (text: string) => {
      const { count, instance_type } = JSON.parse(text).resource.aws_instance.blanket;
      return [count, instance_type];
    },
    is: [1, 'cc1.4xlarge'],
  },
] as const)
  test(`a plan is exported for real hosts: ${kind}`, async ({ desk }) => {
    await inFolder(async (folder) => {
      const planner = await opened(desk);
      const path = join(folder, file);
      await planner.saveTo(path);
      await planner.button('Export').click();
      await desk.window.getByRole('menuitem', { name: EXPORT_NAMES[kind] }).click();
      await expect.poll(() => written(path).length).toBeGreaterThan(0);
      expect(holds(written(path).toString())).toEqual(is);
    });
  });

test('every picture has a table and goes out as CSV and PNG', async ({ desk }) => {
  test.setTimeout(600_000);
  await inFolder(async (folder) => {
    const planner = await opened(desk);
    for (const [index, title] of PICTURES.entries()) {
      const picture = planner.picture(title);
      const png = join(folder, `${index}.png`);
      await planner.saveTo(png);
      await picture.getByRole('button', { name: /^Export as PNG/ }).click();
      await expect.poll(() => written(png).subarray(1, 4).toString()).toBe('PNG');
      await picture.getByRole('button', { name: /^As a table/ }).click();
      await expect(picture.getByRole('table')).toBeVisible();
      const csv = join(folder, `${index}.csv`);
      await planner.saveTo(csv);
      await picture.getByRole('button', { name: /^Export as CSV/ }).click();
      await expect.poll(() => written(csv).length).toBeGreaterThan(10);
    }
  });
});

test('a figure says how it was reckoned', async ({ desk }) => {
  const planner = await opened(desk);
  await planner.answer.getByRole('button', { name: /for each machine/ }).click();
  const how = desk.window.getByRole('dialog');
  await expect(how).toContainText('/');
  await expect(how).toContainText('EuroSys 2012');
});

test('thousands of plans are swept with progress, and can be stopped', async ({ desk }) => {
  const planner = await opened(desk);
  const sweep = planner.picture('Many plans at once');
  await sweep.getByRole('button', { name: 'Sweep' }).click();
  await expect(sweep.getByRole('progressbar')).toBeVisible();
  await expect(sweep.getByText(/ of 10,000 plans reckoned/)).toBeVisible({ timeout: 90_000 });
  await sweep.getByRole('button', { name: 'Cancel' }).click();
  await expect(sweep.getByRole('button', { name: 'Sweep' })).toBeVisible();
});

for (const list of PRICE_FILES)
  test(`prices are imported: ${list.format}`, async ({ desk }) => {
    await inFolder(async (folder) => {
      const { window } = desk;
      const path = join(folder, list.file);
      writeFileSync(path, list.text);
      const planner = await opened(desk);
      await planner.choose(path);
      await planner.button('Import prices').click();
      const dialog = window.getByRole('dialog', { name: 'Import prices' });
      await dialog.getByRole('button', { name: 'Choose' }).click();
      await expect(dialog.getByRole('textbox', { name: 'File' })).toHaveValue(path);
      await dialog.getByRole('textbox', { name: 'Call it' }).fill('Mine');
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      const report = dialog.getByRole('region', { name: 'What was imported' });
      await expect(report.getByRole('status')).toContainText(list.format);
      await expect(report.getByRole('table')).toContainText(list.refused);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await planner.form.getByRole('combobox', { name: 'Provider' }).selectOption('Mine');
      await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue(list.type);
      await expect(planner.answer).toContainText(list.each);
    });
  });

/** As the menu names them. */
const EXPORT_NAMES = { libvirt: /libvirt/, xl: /xl/, 'cloud-init': /cloud-init/, tofu: /Tofu/ } as const;
