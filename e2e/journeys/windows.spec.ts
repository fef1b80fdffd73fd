/** Views that were popped out come back after a restart; ones that were closed do not. */
import type { Page } from '@playwright/test';
import { fleetOf } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';

test('a popped-out console comes back where it was, a closed one stays closed', async ({ desk }) => {
  await fleetOf(desk, 2);
  for (const place of ['/machine/i1.1/console', '/machine/i1.2/console']) {
    const opened = desk.app.waitForEvent('window');
    await desk.call('window.open', { place });
    await (await opened).waitForSelector('.shell.alone');
  }
  const second = desk.app.windows().find((window) => window.url().includes('i1.2'));
  await second?.close();
  // The application itself has to know that it was closed.
  await expect.poll(() => desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(2);
  await desk.close();

  const again = await start({ folder: desk.folder });
  const alone = (): Page | undefined => again.app.windows().find((window) => window.url().includes('alone=1'));
  await expect.poll(() => alone()?.url()).toContain('/machine/i1.1/console');
  await expect(alone()?.getByRole('heading', { name: 'vm-1' }) ?? again.window.locator('nothing')).toBeVisible();
  expect(again.app.windows()).toHaveLength(2);
  await again.close();
});
