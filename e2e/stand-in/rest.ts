/** The small rest of the interface: theme, screens, dialogs, session, shell. */
import { EventEmitter } from 'node:events';
import { app } from './app.ts';

type Source = 'system' | 'light' | 'dark';
/** Called when the theme changes; set by the entry. */
export const theme: { source: Source; changed: () => void } = { source: 'system', changed: () => undefined };

class NativeTheme extends EventEmitter {
  get themeSource(): Source {
    return theme.source;
  }

  set themeSource(source: Source) {
    theme.source = source;
    theme.changed();
    this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return theme.source === 'dark';
  }
}
export const nativeTheme = new NativeTheme();

const display = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1080 },
  scaleFactor: 1,
};
export const screen = Object.assign(new EventEmitter(), {
  getAllDisplays: () => [display],
  getPrimaryDisplay: () => display,
  getDisplayMatching: () => display,
});

/** Without a display nobody can answer: a save goes where it was proposed, an open is cancelled, a question gets its default. */
export const dialog = {
  showMessageBox: async (...args: unknown[]) => ({
    response: (args.at(-1) as { defaultId?: number }).defaultId ?? 0,
    checkboxChecked: false,
  }),
  showSaveDialog: async (...args: unknown[]) => ({
    canceled: false,
    filePath: (args.at(-1) as { defaultPath?: string }).defaultPath ?? '',
  }),
  showOpenDialog: async () => ({ canceled: true, filePaths: [] as string[] }),
  showErrorBox: (title: string, content: string): void => console.error(`${title}: ${content}`),
};

class Session extends EventEmitter {
  readonly handlers = new Map<string, unknown>();
  setPermissionRequestHandler = (handler: unknown): void => void this.handlers.set('request', handler);
  setPermissionCheckHandler = (handler: unknown): void => void this.handlers.set('check', handler);
  setDevicePermissionHandler = (handler: unknown): void => void this.handlers.set('device', handler);
  clearCache = async (): Promise<void> => undefined;
}
export const session = { defaultSession: new Session() };

export const shell = {
  openExternal: async (url: string): Promise<void> => console.log(`would open ${url}`),
  showItemInFolder: (): void => undefined,
};
export const crashReporter = { start: (): void => undefined };
export const clipboard = { writeText: async (): Promise<void> => undefined, readText: async (): Promise<string> => '' };
export const powerMonitor = new EventEmitter();
export class Notification extends EventEmitter {
  static isSupported = (): boolean => false;
  show = (): void => undefined;
}

export const safeStorage = { isEncryptionAvailable: (): boolean => false };
app.on('quit', () => undefined);
