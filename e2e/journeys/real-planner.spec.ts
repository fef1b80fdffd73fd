/** A plan over the real layers: its partition is built and measured, it is applied by renting and cutting, and the fleet becomes a plan again. */
import { rmSync } from 'node:fs';
import type { PlanScenario } from '../../core/contract/plan-scenario.ts';
import { until } from '../fleet.ts';
import { folderWithImage } from '../image.ts';
import { expect, start, test } from '../launch.ts';
import { PlannerPage } from '../pages/planner.ts';
import { go } from '../pages/window.ts';

const PATIENCE = 400_000;
/** Small, so that all of it takes a minute or two: one core with two threads, cut into three machines that always compute. */
const PLAN: PlanScenario = {
  name: 'Three on one core',
  provider: 'gce-kvm',
  type: 'e2-standard-2',
  guests: [{ name: 'busy', count: 3, vcpus: 1, memoryMb: 96, diskGb: 0, weight: 512 }],
};

test('a plan is checked, applied, and taken from what runs', async () => {
  test.setTimeout(1_500_000);
  const folder = folderWithImage();
  const desk = await start({ worlds: 'real', folder });
  const { window } = desk;
  await go(window, `/planner?${new URLSearchParams({ plan: JSON.stringify(PLAN) })}`);
  const planner = new PlannerPage(desk);
  await planner.answer.waitFor();

  const check = planner.picture('Measured beside predicted');
  await check.getByRole('button', { name: 'Check the plan' }).click();
  await expect(check.getByText('3 of 3 counts within 10 %')).toBeVisible({ timeout: PATIENCE });
  const { rows } = await desk.call('plan.checked', { scenario: PLAN });
  expect(rows.map((it) => it.count)).toEqual([1, 2, 3]);
  // Two threads do 1.3 times what one does: 2 / 1.3 and 3 / 1.3.
  for (const [index, slowdown] of [1, 1.54, 2.31].entries()) {
    expect(rows[index]?.predicted).toBeCloseTo(slowdown, 2);
    expect(Math.abs((rows[index]?.measured ?? 0) / slowdown - 1)).toBeLessThan(0.1);
  }

  await planner.button('Apply').click();
  await expect(window.getByRole('radio', { name: PLAN.type, exact: true })).toBeChecked();
  await window.getByRole('button', { name: 'Rent it' }).click();
  await window.getByRole('button', { name: 'Lay the Blanket' }).click({ timeout: PATIENCE });
  await window.getByRole('button', { name: 'Create 3 machines' }).click({ timeout: PATIENCE });
  await until(
    'three machines run',
    async () => (await desk.call('fleet.read', {})).machines.filter((it) => it.state === 'running').length === 3,
    PATIENCE,
  );
  const { instances, machines } = await desk.call('fleet.read', {});
  expect(instances.map((it) => [it.type, it.cores])).toEqual([[PLAN.type, { count: 1, yield: 1.3 }]]);
  for (const machine of machines) expect(machine).toMatchObject({ memoryMib: 96, weight: 512, vcpus: 1 });

  const [instance] = instances;
  await until(
    'there is some history',
    async () =>
      (await desk.call('metrics.history', { unit: machines[0]?.id ?? '', gauge: 'cpu', seconds: 900 })).mean.length >= 3,
    PATIENCE,
  );
  await go(window, `/instance/${instance?.id}`);
  await window.getByRole('button', { name: 'Plan with its load' }).click();
  await planner.answer.waitFor();
  await expect(planner.form.getByRole('tab', { name: /measured-1/ })).toBeVisible();
  await expect(planner.form.getByRole('combobox', { name: 'Type' })).toHaveValue(PLAN.type);
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});
