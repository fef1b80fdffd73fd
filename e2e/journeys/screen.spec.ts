/** The graphical console: what a guest draws is seen, keys and pasted text reach it, the keyboard comes back. */
import type { Page } from '@playwright/test';
import { fleetOf, stateOf, until } from '../fleet.ts';
import { expect, type Started, test } from '../launch.ts';
import { MachineWindow } from '../pages/machine.ts';
import { go } from '../pages/window.ts';

const guest = (page: Page) => page.getByRole('application', { name: /Screen of/ });

/** How many dots of the canvas are as green as the squares that keys light. */
const greens = (page: Page): Promise<number> =>
  page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at] === 143 && data[at + 1] === 207) count++;
    return count;
  });

async function openScreen(desk: Started): Promise<Page> {
  await fleetOf(desk, 1);
  await go(desk.window, '/machine/i1.1/screen');
  await expect(guest(desk.window)).toBeFocused();
  await expect(desk.window.getByText('640 × 400')).toBeVisible();
  return desk.window;
}

test('what is typed on the screen reaches the guest, and what it draws is seen', async ({ desk }) => {
  const page = await openScreen(desk);
  expect(await greens(page)).toBe(0);
  await page.keyboard.type('uname -a');
  await page.keyboard.press('Enter');
  await expect.poll(() => greens(page)).toBe(9 * 18 * 18);
  const machine = new MachineWindow(page);
  await machine.open('i1.1', 'console');
  await expect.poll(() => machine.text()).toContain('PREEMPT_DYNAMIC');
});

test('the keyboard comes back to the window with Ctrl+Alt, and Tab belongs to the guest until then', async ({ desk }) => {
  const page = await openScreen(desk);
  await page.keyboard.press('Tab');
  await expect(guest(page)).toBeFocused();
  await page.keyboard.press('Control+Alt');
  await expect(guest(page)).not.toBeFocused();
  await expect(page.getByRole('button', { name: 'Hold Ctrl' })).toBeFocused();
});

test('a text is pasted as keystrokes, a key is sent from the menu, the screen is scaled', async ({ desk }) => {
  const page = await openScreen(desk);
  await page.evaluate(() => {
    navigator.clipboard.readText = () => Promise.resolve('hostname\n');
  });
  await page.getByRole('button', { name: 'Type the clipboard' }).click();
  await expect.poll(() => greens(page)).toBe(9 * 18 * 18);
  await page.getByRole('button', { name: 'Send a key' }).click();
  await page.getByRole('menuitem', { name: 'Ctrl Alt Delete' }).click();
  await expect.poll(() => greens(page)).toBe(12 * 18 * 18);
  await expect(guest(page)).toBeFocused();
  await page.getByRole('button', { name: 'Scaling' }).click();
  await page.getByRole('menuitemradio', { name: 'Dot for dot' }).click();
  await expect.poll(async () => (await guest(page).boundingBox())?.width).toBe(640);
  const machine = new MachineWindow(page);
  await machine.open('i1.1', 'console');
  await expect.poll(() => machine.text()).toMatch(/hostname\s*vm/);
});

test('an instance whose own kernel draws has a screen, until the Blanket is laid', async ({ desk }) => {
  const page = desk.window;
  const order = { provider: 'gce-kvm', type: 'e2-standard-2', count: 1, name: 'host', tags: [], image: 'generic' };
  await desk.call('instance.rent', order);
  await until('it is ready', async () => (await stateOf(desk, 'i1')) === 'ready');
  await go(page, '/instance/i1/screen');
  await expect(page.getByText('640 × 400')).toBeVisible();
  await expect(guest(page)).toBeFocused();
  await page.keyboard.type('ls');
  await expect.poll(() => greens(page)).toBe(2 * 18 * 18);
  await desk.call('blanket.lay', { instance: 'i1', globalPages: false, perCpuUpcalls: true });
  await expect(page.getByRole('tab', { name: 'Screen' })).toHaveCount(0);
});
