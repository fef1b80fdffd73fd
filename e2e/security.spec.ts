/** Electron's security checklist, point by point, against the running application. docs/security.md names each of these tests. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fleetOf } from './fleet.ts';
import { expect, test } from './launch.ts';

test('3, 4: pages are sandboxed and isolated, and reach nothing of Node or Electron', async ({ desk }) => {
  const seen = await desk.window.evaluate(() => ({
    require: typeof (globalThis as Record<string, unknown>).require,
    process: typeof (globalThis as Record<string, unknown>).process,
    module: typeof (globalThis as Record<string, unknown>).module,
    ipc: typeof (globalThis as Record<string, unknown>).ipcRenderer,
    bridge: Object.keys((globalThis as unknown as { desk: object }).desk).sort(),
  }));
  expect(seen).toEqual({
    require: 'undefined',
    process: 'undefined',
    module: 'undefined',
    ipc: 'undefined',
    bridge: ['call', 'listen', 'platform'],
  });
});

test('7: the content policy has no unsafe source, and holds', async ({ desk }) => {
  const answer = await desk.window.evaluate(async () => (await fetch('index.html')).headers.get('content-security-policy'));
  expect(answer).toContain("default-src 'none'");
  expect(answer).not.toContain('unsafe');
  const broken = await desk.window.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
        const image = document.createElement('img');
        image.src = 'https://example.invalid/x.png';
        document.body.append(image);
        // Later, because what the test driver itself runs is exempt from the policy.
        setTimeout(() => {
          try {
            new Function('return 1')();
          } catch {
            seen.push('eval refused');
          }
        });
        const frame = document.createElement('iframe');
        frame.src = 'https://example.invalid/';
        document.body.append(frame);
        const all = ['img-src', 'eval refused', 'frame-src'];
        const end = Date.now() + 30_000;
        const look = setInterval(() => {
          if (Date.now() < end && !all.every((it) => seen.includes(it))) return;
          clearInterval(look);
          resolve(seen);
        }, 50);
      }),
  );
  expect(broken).toEqual(expect.arrayContaining(['img-src', 'eval refused', 'frame-src']));
});

test('5: permissions are refused, but the few that are needed', async ({ desk }) => {
  const states = await desk.window.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'midi', 'camera', 'microphone', 'clipboard-read'] as PermissionName[];
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, (await navigator.permissions.query({ name })).state] as const)),
    );
  });
  expect(states).toEqual({
    geolocation: 'denied',
    notifications: 'denied',
    midi: 'denied',
    camera: 'denied',
    microphone: 'denied',
    'clipboard-read': 'granted',
  });
});

test('13: a page cannot leave', async ({ desk }) => {
  await desk.window.evaluate(() => {
    location.href = 'https://example.invalid/';
  });
  await desk.window.waitForTimeout(600);
  await expect(desk.window.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('14: a page cannot open a window', async ({ desk }) => {
  await desk.window.evaluate(() => void window.open('https://example.invalid/'));
  await desk.window.waitForTimeout(600);
  const count = await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(count).toBe(1);
});

test('15: only documented pages are opened outside', async ({ desk }) => {
  expect(await desk.envelope('link.open', { url: 'https://example.com/' })).toMatchObject({
    ok: false,
    refusal: { code: 'bad-request' },
  });
});

test('17: a call is checked: its name, its request, and who asks', async ({ desk }) => {
  expect(await desk.envelope('no.such', {})).toMatchObject({ ok: false, refusal: { code: 'bad-request' } });
  expect(await desk.envelope('settings.write', { change: { theme: 'purple' } })).toMatchObject({
    ok: false,
    refusal: { code: 'bad-request' },
  });
  expect(await desk.envelope('fleet.read', { more: 1 })).toMatchObject({ ok: false, refusal: { code: 'bad-request' } });
  expect(await desk.envelope('view.write', { key: '../x', value: 1 })).toMatchObject({ ok: false });
});

test('18: nothing is loaded from a file address', async ({ desk }) => {
  const urls = await desk.app.evaluate(({ webContents }) => webContents.getAllWebContents().map((it) => it.getURL()));
  expect(urls.every((it) => it.startsWith('app://blanket/'))).toBe(true);
});

/** Reads the kernel's tables in /proc, so it must be run on Linux. */
test('no process of ours listens on the network', async ({ desk }) => {
  await fleetOf(desk, 1);
  await desk.envelope('plan.evaluate', { scenario: {} });
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[3] === '0A')
      .map((cells) => cells[9]),
  );
  const processes = (await desk.call('process.list', {})).filter((it) => it.pid !== null);
  expect(processes.map((it) => it.kind).sort()).toEqual(['clouds', 'planner', 'world']);
  for (const { pid, id } of processes) {
    const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
    expect(
      sockets.filter((inode) => listening.includes(inode)),
      id,
    ).toEqual([]);
  }
});
