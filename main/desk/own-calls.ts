/** The calls the application answers itself. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, dialog, shell } from 'electron';
import type { Answer, NamesBy, Request } from '../../core/contract/calls.ts';
import { refusalFrom, refusalOf } from '../../core/contract/refusals.ts';
import { collectDiagnostics } from '../diagnostics.ts';
import { openStream } from '../ipc/ports.ts';
import type { Caller } from '../ipc/serve.ts';
import type { Logs } from '../logs.ts';
import type { Places } from '../places.ts';
import type { Settings } from '../settings/settings.ts';
import type { Windows } from '../windows/windows.ts';
import type { Desk } from './desk.ts';

export type OwnCalls = { [N in NamesBy<'desk'>]: (request: Request<N>, caller: Caller) => Answer<N> | Promise<Answer<N>> };

/** Pages a person may be sent to; anything else is refused. */
const LINKS: readonly string[] = ['https://wiki.xenproject.org/', 'https://www.debian.org/'];
const FILTERS = {
  kernel: [{ name: 'Linux kernel', extensions: ['*'] }],
  'ram-disk': [{ name: 'RAM disk', extensions: ['*'] }],
  disk: [{ name: 'Disk image', extensions: ['raw', 'img', 'qcow2', '*'] }],
  prices: [{ name: 'Price list', extensions: ['csv', 'json'] }],
  plan: [{ name: 'Plan', extensions: ['json'] }],
} as const;

export interface Parts {
  readonly desk: Desk;
  readonly settings: Settings;
  readonly windows: Windows;
  readonly places: Places;
  readonly logs: Logs;
  leave(how: 'save' | 'shutdown' | 'discard'): void;
}

export function ownCalls({ desk, settings, windows, places, logs, leave }: Parts): OwnCalls {
  return {
    'app.about': () => ({
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      chromium: process.versions.chrome ?? '',
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      host: app.getName(),
      dataFolder: places.data,
      demo: false,
    }),
    'fleet.read': () => desk.fleet.read(),
    'notice.list': () => desk.notices,
    'settings.read': () => ({ settings: settings.values, notice: settings.notice }),
    'settings.write': ({ change }) => {
      const values = settings.change(change);
      windows.broadcast('settings.changed', { settings: values });
      return values;
    },
    'view.read': ({ key }) => ({ value: settings.view(key) ?? null }),
    'view.write': ({ key, value }) => {
      settings.keepView(key, value);
      return {};
    },
    'window.open': ({ place }) => {
      windows.popOut(place);
      return {};
    },
    'window.fullscreen': ({ on }, caller) => {
      windows.byContents(caller.contents)?.setFullScreen(on);
      return {};
    },
    'window.title': ({ title }, caller) => {
      windows.byContents(caller.contents)?.setTitle(title);
      return {};
    },
    'app.leave': ({ how }) => {
      leave(how);
      return {};
    },
    'link.open': async ({ url }) => {
      if (!LINKS.some((start) => url.startsWith(start)))
        throw refusalFrom(refusalOf('bad-request', 'That address is not one this program opens.'));
      await shell.openExternal(url);
      return {};
    },
    'task.list': () => desk.tasks.all,
    'task.log': ({ task }) => ({ lines: desk.tasks.log(task) }),
    'task.cancel': ({ task }) => {
      const owner = desk.tasks.processOf(task);
      if (owner === undefined) throw refusalFrom(refusalOf('wrong-state', 'That work has already ended.'));
      desk.supervisor.post(owner, { type: 'cancel', task });
      return {};
    },
    'task.forget': () => {
      desk.tasks.forget();
      return {};
    },
    'alarm.list': () => desk.alarms.read(),
    'alarm.write': ({ rules }) => {
      desk.writeAlarms(rules);
      return {};
    },
    'audit.read': () => [...desk.audit.all].reverse(),
    'process.list': () => desk.supervisor.rows,
    'process.restart': ({ id }) => {
      if (!desk.supervisor.restart(id)) throw refusalFrom(refusalOf('process-down', 'There is no such process.'));
      return {};
    },
    'file.export': async ({ name, kind, bytes }) => {
      const chosen = await dialog.showSaveDialog({ defaultPath: join(app.getPath('downloads'), `${name}.${kind}`) });
      if (chosen.canceled || chosen.filePath === '') return { path: null };
      await writeFile(chosen.filePath, bytes);
      return { path: chosen.filePath };
    },
    'file.choose': async ({ kind }) => {
      const chosen = await dialog.showOpenDialog({
        properties: ['openFile'],
        filters: FILTERS[kind].map((filter) => ({ name: filter.name, extensions: [...filter.extensions] })),
      });
      return { path: chosen.canceled ? null : (chosen.filePaths[0] ?? null) };
    },
    'file.place': async ({ name, kind }) => {
      const chosen = await dialog.showSaveDialog({ defaultPath: join(app.getPath('downloads'), `${name}.${kind}`) });
      return { path: chosen.canceled || chosen.filePath === '' ? null : chosen.filePath };
    },
    'diagnostics.collect': async () => {
      const chosen = await dialog.showSaveDialog({ defaultPath: join(app.getPath('downloads'), 'blanket-diagnostics.json') });
      if (chosen.canceled || chosen.filePath === '') return { path: null };
      await writeFile(chosen.filePath, collectDiagnostics(desk, settings, logs));
      return { path: chosen.filePath };
    },
    'stream.open': (open, caller) => {
      const port = openStream(open, caller.contents, desk.supervisor, windows);
      if (port === undefined) throw refusalFrom(refusalOf('process-down'));
      return { port };
    },
  };
}
