/**
 * The stand-in host: takes the command line of the Electron program and runs the same bundles in Node and Chromium.
 * Development and test equipment; it is never packaged, and the application does not know it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import inspector from 'node:inspector';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from './app.ts';
import { startChromium } from './chromium.ts';
import { ipcMain } from './ipc.ts';
import { StandInMenu } from './menu.ts';
import { MessageChannelMain } from './ports.ts';
import { protocol } from './protocol.ts';
import {
  clipboard,
  crashReporter,
  dialog,
  Notification,
  nativeTheme,
  powerMonitor,
  safeStorage,
  screen,
  session,
  shell,
  theme,
} from './rest.ts';
import { utilityProcess } from './utility.ts';
import { BrowserWindow, contentsOf, host, pages, webContents } from './window.ts';

const api = {
  app,
  BrowserWindow,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  Menu: StandInMenu,
  MessageChannelMain,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
};
/** What is not here says so at once, by name. */
const electron = new Proxy(api, {
  get: (target, name) => {
    if (name in target || typeof name === 'symbol' || name === 'then' || name === '__esModule' || name === 'default')
      return Reflect.get(target, name);
    if (name === 'ipcRenderer' || name === 'contextBridge' || name === 'net') return undefined;
    throw new Error(`the stand-in host has no electron.${String(name)}`);
  },
});

interface Loader {
  _load(request: string, ...rest: unknown[]): unknown;
}
const loader = Module as unknown as Loader;
const load = loader._load;
loader._load = (request, ...rest) => (request === 'electron' ? electron : load.call(loader, request, ...rest));

const given = process.argv.slice(2);
process.argv = [process.argv[1] ?? 'electron', ...given];
Object.assign(process.versions, { electron: '45.4.1-stand-in', chrome: 'system' });

const preloads: string[] = [];
let path: string | undefined;
for (let at = 0; at < given.length; at++) {
  const argument = given[at] ?? '';
  if (argument === '-r') preloads.push(given[++at] ?? '');
  else if (!argument.startsWith('-') && path === undefined) path = argument;
}
const value = (name: string): string | undefined =>
  given.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

if (value('inspect') !== undefined) inspector.open(0, '127.0.0.1');
/** A packed program carries its application with it. */
const packed = join(dirname(process.argv[0] ?? ''), 'resources/app');
app.isPackaged = existsSync(packed);
Object.assign(process, { resourcesPath: dirname(packed) });
const main = app.open(app.isPackaged ? packed : (path ?? '.'));
const own = createRequire(main);
for (const preload of preloads) own(preload);

const profile = mkdtempSync(join(tmpdir(), 'blanket-chromium-'));
void startChromium(profile, value('remote-debugging-port'), app.switches).then(({ cdp, process: chromium }) => {
  host.cdp = cdp;
  host.session = session.defaultSession;
  for (const method of [
    'Runtime.executionContextCreated',
    'Runtime.bindingCalled',
    'Fetch.requestPaused',
    'Page.domContentEventFired',
    'Page.loadEventFired',
    'Inspector.targetCrashed',
  ]) {
    cdp.on(method, (params, page) => pages.get(page)?.hear(method, params));
  }
  void cdp.send('Target.setDiscoverTargets', { discover: true });
  cdp.on('Target.targetCrashed', (params) => contentsOf(String(params.targetId))?.crash());
  cdp.on('Target.targetDestroyed', (params) => {
    const contents = contentsOf(String(params.targetId));
    if (contents !== undefined) BrowserWindow.fromWebContents(contents)?.close();
  });
  cdp.on('Target.targetCreated', (params) => {
    const info = params.targetInfo as { targetId: string; openerId?: string; url: string };
    const opener = info.openerId === undefined ? undefined : contentsOf(info.openerId);
    if (opener !== undefined && !opener.opened(info.url)) void cdp.send('Target.closeTarget', { targetId: info.targetId });
  });
  theme.changed = () => {
    for (const window of BrowserWindow.getAllWindows())
      window.webContents.colourScheme(theme.source === 'system' ? '' : theme.source);
  };
  app.closeWindows = () => {
    for (const window of BrowserWindow.getAllWindows()) window.close();
    return BrowserWindow.getAllWindows().length === 0;
  };
  const clean = (): void => {
    chromium.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  app.finish = (code) => {
    clean();
    process.exit(code);
  };
  chromium.on('exit', () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    process.exit(1);
  });
  process.on('exit', clean);
  app.becomeReady();
});
own(main);
