/** What goes wrong is noticed, named in the window, mended where it can be, and loses nothing acknowledged. */
import { readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetOf, stateOf, until } from '../fleet.ts';
import { expect, start, test } from '../launch.ts';
import { noticed } from '../pages/window.ts';

async function pidOf(desk: Parameters<typeof fleetOf>[0], id: string): Promise<number> {
  return (await desk.call('process.list', {})).find((it) => it.id === id)?.pid ?? 0;
}

test('a killed instance process is noticed, named and brought back; the other instance does not notice', async ({ desk }) => {
  const one = await fleetOf(desk, 2);
  const two = await fleetOf(desk, 2, { name: 'other' });
  await desk.call('instance.save', { instance: one });
  await until('saved', async () => (await stateOf(desk, one)) === 'saved');
  await desk.call('instance.resume', { instance: one });
  await until('resumed', async () => (await stateOf(desk, one)) === 'blanket');
  const other = await pidOf(desk, `world:${two}`);
  process.kill(await pidOf(desk, `world:${one}`), 'SIGKILL');
  await until('it is noticed', async () =>
    (await desk.call('process.list', {})).some((it) => it.id === `world:${one}` && it.restarts > 0),
  );
  await noticed(desk.window, /The process of weaver/);
  await until('it is back', async () => (await stateOf(desk, one)) === 'blanket');
  await until(
    'its machines are back',
    async () =>
      (await desk.call('fleet.read', {})).machines.filter((it) => it.instance === one && it.state === 'running').length === 2,
  );
  expect(await pidOf(desk, `world:${two}`)).toBe(other);
});

test('a killed clouds process comes back with everything rented', async ({ desk }) => {
  const one = await fleetOf(desk, 1);
  process.kill(await pidOf(desk, 'clouds'), 'SIGKILL');
  await until('it answers again', async () => (await desk.envelope('spend.read', {})).ok);
  expect(await stateOf(desk, one)).toBe('blanket');
  expect((await desk.call('spend.read', {})).rows.length).toBeGreaterThan(0);
});

test('a hung process is noticed and replaced', async () => {
  const desk = await start({ env: { BLANKET_SCRIPTED_FAULT: 'hang' } });
  const { instances } = await desk.call('instance.rent', {
    provider: 'ec2-2012',
    type: 'm1.large',
    count: 1,
    name: 'stuck',
    tags: [],
    image: 'default',
  });
  const id = instances[0]?.id ?? '';
  await until('ready', async () => (await stateOf(desk, id)) === 'ready');
  await desk.call('blanket.lay', { instance: id, globalPages: false, perCpuUpcalls: true });
  await until('it hangs and that is seen', async () =>
    (await desk.call('process.list', {})).some((it) => it.id === `world:${id}` && it.state === 'silent'),
  );
  await until(
    'it is replaced',
    async () => (await desk.call('process.list', {})).some((it) => it.id === `world:${id}` && it.restarts > 0),
    120_000,
  );
  await desk.close();
});

test('a failed order says why and leaves nothing half made', async () => {
  const desk = await start({ env: { BLANKET_SCRIPTED_FAULT: 'create-fails' } });
  const id = await fleetOf(desk, 0);
  await desk.call('blanket.partition', {
    instance: id,
    count: 4,
    start: true,
    template: null,
    order: { name: 'vm', image: 'default', vcpus: 1, memoryMib: 256, diskMib: 0, network: 'default' },
  });
  await until('the task failed', async () => (await desk.call('task.list', {})).some((it) => it.state === 'failed'));
  const failed = (await desk.call('task.list', {})).find((it) => it.state === 'failed');
  expect(failed?.failure).toMatchObject({ code: 'not-enough', remedy: 'Ask for less memory.' });
  expect((await desk.call('fleet.read', {})).machines.map((it) => it.name)).toEqual(['vm-1', 'vm-2']);
  await desk.close();
});

test('a task can be cancelled', async () => {
  const desk = await start({ env: { BLANKET_SCRIPTED_STEP: '2000' } });
  await desk.call('instance.rent', {
    provider: 'ec2-2012',
    type: 'm1.large',
    count: 1,
    name: 'slow',
    tags: [],
    image: 'default',
  });
  await until('it runs', async () => (await desk.call('task.list', {})).some((it) => it.state === 'running'));
  const task = (await desk.call('task.list', {})).find((it) => it.state === 'running');
  await desk.call('task.cancel', { task: task?.id ?? '' });
  await until('it is cancelled', async () =>
    (await desk.call('task.list', {})).some((it) => it.id === task?.id && it.state === 'cancelled'),
  );
  await desk.close();
});

test('a damaged settings file is kept as a backup and the program starts', async () => {
  const first = await start();
  await first.call('settings.write', { change: { theme: 'dark' } });
  await first.close();
  writeFileSync(join(first.folder, 'settings.json'), '{"settings":{"theme":"da');
  const desk = await start({ folder: first.folder });
  const { settings, notice } = await desk.call('settings.read', {});
  expect(settings.theme).toBe('system');
  expect(readFileSync(notice, 'utf8')).toContain('"da');
  await desk.close();
});

test('the program killed while machines are made: what was acknowledged is there', async () => {
  const first = await start();
  const id = await fleetOf(first, 2);
  await first.kill();
  const desk = await start({ folder: first.folder });
  await until('it is brought back', async () => (await stateOf(desk, id)) === 'blanket');
  expect((await desk.call('fleet.read', {})).machines.map((it) => it.name)).toEqual(['vm-1', 'vm-2']);
  await desk.close();
});

test('truncated records are replaced by their second copies, and the window says so', async () => {
  const first = await start();
  const id = await fleetOf(first, 2);
  await first.close();
  for (const file of ['clouds/register.json', `instances/${id}/machines.json`]) truncateSync(join(first.folder, file), 40);
  const desk = await start({ folder: first.folder });
  await noticed(desk.window, /was damaged and set aside as .*register/);
  await until('it is brought back', async () => (await stateOf(desk, id)) === 'blanket');
  expect((await desk.call('fleet.read', {})).machines.map((it) => it.name)).toEqual(['vm-1', 'vm-2']);
  await desk.close();
});

test('on a full disk nothing is lost: the refusal says what to do, and the program stays open', async () => {
  const desk = await start();
  const id = await fleetOf(desk, 1);
  // Every write to this device fails as on a full disk, whoever runs the tests.
  const saved = join(desk.folder, 'instances', id, 'scripted.json');
  symlinkSync('/dev/full', saved);
  await desk.call('instance.save', { instance: id });
  await until('saving failed', async () => (await desk.call('task.list', {})).some((it) => it.failure?.code === 'disk-full'));
  expect(await stateOf(desk, id)).toBe('blanket');
  await desk.call('settings.write', { change: { onClose: 'save' } });
  await desk.app.evaluate(({ app }) => app.quit());
  await expect(desk.window.getByText(/weaver could not be ended in order/)).toBeVisible();
  await expect(desk.window.getByText(/Free some space/).first()).toBeVisible();
  expect(await stateOf(desk, id)).toBe('blanket');
  rmSync(saved);
  await desk.close();
  const again = await start({ folder: desk.folder });
  await until('it is as it was saved', async () =>
    (await again.call('fleet.read', {})).machines.some((it) => it.state === 'running'),
  );
  await again.close();
});

test('a page that crashes is loaded again, and says so; instances go on', async () => {
  const desk = await start();
  const id = await fleetOf(desk, 1);
  const before = await pidOf(desk, `world:${id}`);
  const page = await desk.window.context().newCDPSession(desk.window);
  // It never answers: the page is gone.
  page.send('Page.crash').catch(() => undefined);
  const read = `(() => {
    if (document.querySelector('[role=dialog]') === null) document.querySelector('button[aria-label="Notices"]')?.click();
    return document.body.textContent;
  })()`;
  // Until it is loaded again there is no page to ask, and one that goes before it has answered may never answer.
  const text = (): Promise<string> =>
    desk.app
      .evaluate(({ BrowserWindow }, code) => {
        const asked = BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code);
        return Promise.race([asked, new Promise((resolve) => setTimeout(() => resolve(''), 5000))]);
      }, read)
      .then(String, () => '');
  await expect.poll(text, { timeout: 90_000 }).toContain('was loaded again');
  await expect.poll(text).toContain('weaver');
  // Throws if the process is not there. The driver has lost the page, so the application is ended from outside.
  process.kill(before, 0);
});
