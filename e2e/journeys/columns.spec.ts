/** Columns are moved with the mouse and with keys, resized, and stay so after a restart. */
import { fleetOf } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { MachinesPage } from '../pages/machines.ts';

test('columns are dragged to another place, moved with keys, resized, and remembered', async ({ desk }) => {
  await fleetOf(desk, 1);
  const machines = new MachinesPage(desk.window);
  await machines.open();
  const before = await machines.heads();
  await machines.head('Price').dragTo(machines.head('CPU'));
  await expect.poll(() => machines.heads().then((heads) => heads.slice(1, 3))).toEqual(['Price', 'CPU']);
  await machines.head('Price').getByRole('button').focus();
  await desk.window.keyboard.press('Alt+ArrowRight');
  await expect
    .poll(() => machines.heads())
    .toEqual([before[0], 'CPU', 'Price', ...before.slice(2).filter((name) => name !== 'Price')]);
  const wide = (await machines.head('Steal').boundingBox())?.width ?? 0;
  await machines.head('Steal').getByRole('button').focus();
  await desk.window.keyboard.press('Alt+Shift+ArrowRight');
  await expect.poll(async () => (await machines.head('Steal').boundingBox())?.width).toBe(wide + 16);
  const order = await machines.heads();
  await desk.close();
  const again = await start({ folder: desk.folder });
  const after = new MachinesPage(again.window);
  await after.open();
  await expect.poll(() => after.heads()).toEqual(order);
  await again.close();
});
