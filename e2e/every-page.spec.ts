/** Every page, in light and dark, narrow and wide: no accessibility violation, no console error, nothing wider than the window. */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { fleetOf, stateOf, until } from './fleet.ts';
import { expect, type Started, start, test } from './launch.ts';
import { go } from './pages/window.ts';

const PICTURES = resolve(import.meta.dirname, '../dist/pictures');
const SIZES = [
  { name: 'narrow', width: 1024, height: 700 },
  { name: 'wide', width: 1920, height: 1080 },
] as const;

/** Name and address of each place. */
const PLACES: readonly (readonly [string, string])[] = [
  ['machines', '/machines'],
  ['machines-panel', '/machines?on=i1.2'],
  ['machines-filter', '/machines?filter=state:running%20nonsense%3E'],
  ['rent', '/rent'],
  ['lay', '/partition?instance=i3'],
  ['partition', '/partition?instance=i1'],
  ['new', '/new?instance=i1'],
  ['console', '/machine/i1.1/console'],
  ['screen', '/machine/i1.1/screen'],
  ['details', '/machine/i1.1/details'],
  ['performance', '/machine/i1.1/performance'],
  ['snapshots', '/machine/i1.1/snapshots'],
  ['exits', '/machine/i1.1/exits'],
  ['instance', '/instance/i1/overview'],
  ['spend', '/spend'],
  ['networks', '/networks'],
  ['storage', '/storage'],
  ['tasks', '/tasks'],
  ['alarms', '/tasks/alarms'],
  ['audit', '/tasks/audit'],
  ['planner', '/planner'],
  ['settings', '/settings'],
  ['processes', '/settings?section=processes'],
  ['about', '/settings?section=about'],
];

async function show(window: Page, place: string): Promise<void> {
  await go(window, place);
  await window.waitForTimeout(place === '/planner' ? 4000 : place.includes('performance') ? 1500 : 350);
  await settled(window);
  await still(window);
}

/** Waits until the page is there and says the same twice; numbers may go on changing. */
async function settled(window: Page): Promise<void> {
  let before = '';
  await expect
    .poll(async () => {
      const now = ((await window.locator('main').textContent()) ?? '').replaceAll(/[\d.,]+/g, '');
      const same = now !== '' && now === before;
      before = now;
      return same;
    })
    .toBe(true);
}

/** Waits until nothing moves or fades: what is half transparent has no contrast. */
async function still(window: Page): Promise<void> {
  await window.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getTiming().iterations === Number.POSITIVE_INFINITY),
  );
}

/** `popup`: what floats over the page is reached by itself, and need not stand in a landmark. */
async function violations(window: Page, popup = false): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: window })
    .setLegacyMode(true)
    .exclude('.xterm')
    .disableRules(popup ? ['region'] : [])
    .analyze();
  return found.flatMap((it) =>
    it.nodes.map((node) => `${it.id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
  );
}

for (const theme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    test.describe(`${theme}, ${size.name}`, () => {
      let desk: Started;
      const errors: string[] = [];

      test.beforeAll(async () => {
        mkdirSync(PICTURES, { recursive: true });
        desk = await start({ env: { BLANKET_SCRIPTED_STEP: '1' } });
        desk.window.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
        desk.window.on('pageerror', (error) => errors.push(String(error)));
        await desk.call('settings.write', { change: { theme, reduceMotion: true } });
        await desk.window.setViewportSize({ width: size.width, height: size.height });
        await fleetOf(desk, 12);
        await fleetOf(desk, 0, { provider: 'gce-kvm', type: 'e2-standard-8', name: 'plain' });
        const bare = { provider: 'ec2-2012', type: 'm1.large', count: 1, name: 'bare', tags: [], image: 'default' };
        await desk.call('instance.rent', bare);
        await until('it is ready', async () => (await stateOf(desk, 'i3')) === 'ready');
        await desk.call('machine.act', { machine: 'i1.3', action: 'pause' });
        await desk.call('machine.act', { machine: 'i1.4', action: 'off' });
        await desk.call('snapshot.take', { machine: 'i1.1', name: 'before', note: 'before the upgrade' });
        await desk.call('forward.add', {
          instance: 'i1',
          forward: { network: 'default', protocol: 'tcp', port: 8080, toAddress: '10.0.0.10', toPort: 80, note: 'web' },
        });
        await desk.window.waitForTimeout(1500);
      });
      test.afterAll(() => desk.close());

      for (const [name, place] of PLACES) {
        test(name, async () => {
          const { window: page } = desk;
          await show(page, place);
          await page.screenshot({ path: join(PICTURES, `${theme}-${size.name}-${name}.png`) });
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
          expect(errors.splice(0)).toEqual([]);
        });
      }

      test('dialogs, menus, palette', async () => {
        const { window } = desk;
        await show(window, '/machines?on=i1.2');
        const opened = async (name: string, open: () => Promise<void>): Promise<void> => {
          await open();
          const floating = window.locator('.MuiModal-root');
          await expect(floating).toBeVisible();
          await still(window);
          await window.screenshot({ path: join(PICTURES, `${theme}-${size.name}-${name}.png`) });
          expect.soft(await violations(window, true), name).toEqual([]);
          await window.keyboard.press('Escape');
          await expect(floating).toHaveCount(0);
        };
        await opened('palette', () => window.keyboard.press('Control+k'));
        await opened('shortcuts', () => window.keyboard.press('?'));
        await opened('columns', () => window.getByRole('button', { name: 'Columns' }).click());
        await opened('actions', () => window.getByRole('complementary').getByRole('button', { name: 'More actions' }).click());
        await opened('notices', () => window.getByRole('button', { name: 'Notices' }).click());
        await show(window, '/instance/i1/overview');
        await opened('give-back', () => window.getByRole('button', { name: 'Give back' }).click());
        await show(window, '/networks');
        await opened('new-network', () => window.getByRole('button', { name: 'New network' }).first().click());
        await show(window, '/tasks/alarms');
        await opened('alarm', () => window.getByRole('button', { name: 'New rule' }).click());
        await show(window, '/storage');
        await opened('import', () => window.getByRole('button', { name: 'Import' }).click());
      });
    });
  }
}
