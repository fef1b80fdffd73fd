/** The command line drives the running application, with the same refusals. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fleetOf } from '../fleet.ts';
import { expect, test } from '../launch.ts';

const root = resolve(import.meta.dirname, '../..');
const blanket = (...args: string[]): { status: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/blanket.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, out: stdout, err: stderr };
};

test('a running application is asked, told, and refuses like in the window', async ({ desk }) => {
  const id = await fleetOf(desk, 2);
  const seen = blanket('ask', 'fleet.read', '--attach', desk.folder);
  expect(seen.status).toBe(0);
  expect(JSON.parse(seen.out).machines).toHaveLength(2);
  expect(
    blanket('ask', 'machine.act', JSON.stringify({ machine: `${id}.1`, action: 'pause' }), '--attach', desk.folder).status,
  ).toBe(0);
  await expect(desk.window.getByRole('treegrid').getByRole('img', { name: 'Paused' })).toBeVisible();
  const wrong = blanket('ask', 'machine.act', JSON.stringify({ machine: `${id}.1`, action: 'explode' }), '--attach', desk.folder);
  expect([wrong.status, wrong.err]).toEqual([1, expect.stringContaining('action')]);
  const audit = await desk.call('audit.read', {});
  expect(audit.some((row) => row.who === 'command line' && row.call === 'machine.act')).toBe(true);
  expect(blanket('ask', 'fleet.read', '--attach', '/nowhere').err).toContain('npm start');
});
