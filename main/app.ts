/** The application: order of start and of end. Everything that must precede `ready` stands before the first wait. */
import { join, resolve } from 'node:path';
import { app, session } from 'electron';
import { calls } from '../core/contract/calls.ts';
import type { EventName, Fact } from '../core/contract/events.ts';
import { asRefusal } from '../core/contract/refusals.ts';
import { serveAttached } from '../core/host/attach/serve.ts';
import { attachedTo } from './attach.ts';
import { Desk } from './desk/desk.ts';
import { ownCalls } from './desk/own-calls.ts';
import { type Answering, serve } from './ipc/serve.ts';
import { placeFrom, placeOf } from './links.ts';
import { Logs } from './logs.ts';
import { installMenu } from './menu.ts';
import { announceScheme, servePages } from './pages.ts';
import { placesIn } from './places.ts';
import { Settings } from './settings/settings.ts';
import { hardenEverything, hardenSession } from './windows/harden.ts';
import { offerWindow } from './windows/offer.ts';
import { Windows } from './windows/windows.ts';

app.setName('Blanket');
app.enableSandbox();
announceScheme();
// From its sources it is started by a tool, which links must not open.
if (app.isPackaged) app.setAsDefaultProtocolClient('blanket');

if (!app.requestSingleInstanceLock()) app.quit();
else void run();

async function run(): Promise<void> {
  const places = placesIn(app.getPath('userData'), resolve(__dirname), process.resourcesPath);
  const logs = new Logs(places.logs);
  const refused = (what: string): void => logs.write('windows', `refused ${what}`);
  hardenEverything(refused);
  let ending = false;
  let linked: string | undefined;
  app.on('open-url', (event, url) => {
    event.preventDefault();
    linked = placeOf(url);
    if (app.isReady() && linked !== undefined) windows.showMain(linked);
  });
  await app.whenReady();
  hardenSession(session.defaultSession, refused);
  servePages(places.pages);
  const settings = new Settings(places.data);
  const tell = <N extends EventName>(name: N, fact: Fact<N>): void => windows.broadcast(name, fact);
  const desk = new Desk(places, logs, tell);

  const end = async (how: 'save' | 'shutdown' | 'discard'): Promise<void> => {
    if (ending) return;
    ending = true;
    if (!(await desk.stop(how))) {
      ending = false;
      return;
    }
    attached.close();
    settings.flush();
    windows.closeAll();
    app.exit(0);
  };
  /** Asks in the window when machines run; otherwise, and in tests, the setting decides. */
  const leave = (): boolean => {
    if (ending) return true;
    const running = desk.fleet.read().instances.filter((instance) => !['ended', 'failed', 'saved'].includes(instance.state));
    const how = settings.values.onClose;
    if (running.length === 0 || how !== 'ask' || windows.main === undefined) void end(how === 'ask' ? 'save' : how);
    else windows.send(windows.main, 'command', { name: 'leave' });
    return false;
  };
  const windows: Windows = new Windows(join(places.bundle, 'preload.cjs'), settings, logs, {
    mayClose: leave,
    returned: (reason) => desk.notice('warning', null, 'notice.windowReturned', { reason }, null),
    endless: (reason) => void offerWindow(reason).then((again) => (again ? windows.showMain() : end('save'))),
  });

  const own = ownCalls({ desk, settings, windows, places, logs, leave: (how) => void end(how) });
  /** Answers whoever may ask; what changes something is written down with who it was. */
  const answering =
    (who: string): Answering =>
    async (name, request, caller) => {
      if (calls[name].by !== 'desk') return desk.ask(name, request, who);
      const answer = own[name as keyof typeof own] as (request: unknown, caller: unknown) => unknown;
      if (!calls[name].changes) return answer(request, caller);
      try {
        const value = await answer(request, caller);
        desk.record(who, name, request, { ok: true, value });
        return value;
      } catch (thrown) {
        desk.record(who, name, request, { ok: false, refusal: asRefusal(thrown) });
        throw thrown;
      }
    };
  serve(answering('window'), windows.isKnown, logs);
  const attached = serveAttached(places.data, attachedTo(desk.supervisor, answering('command line')));
  attached.on('error', (error) => logs.write('calls', `nobody can attach: ${error.message}`));

  app.on('second-instance', (_event, args) => windows.showMain(placeFrom(args.slice(1))));
  app.on('activate', () => windows.showMain());
  app.on('before-quit', (event) => {
    if (!ending) {
      event.preventDefault();
      leave();
    }
  });
  app.on('window-all-closed', () => undefined);
  process.on('SIGTERM', () => void end('save'));
  process.on('SIGINT', () => void end('save'));

  installMenu({
    go: (place) => windows.showMain(place),
    command: (name) => {
      if (windows.main !== undefined) windows.send(windows.main, 'command', { name });
    },
    quit: () => app.quit(),
  });
  windows.showMain(linked ?? placeFrom(process.argv.slice(1)));
  windows.restorePopOuts();
  desk.start();
}
