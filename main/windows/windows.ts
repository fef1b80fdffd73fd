/** The windows: one main window, and one per view that was popped out. */
import { BrowserWindow, screen } from 'electron';
import type { EventName, Fact } from '../../core/contract/events.ts';
import { ORIGIN } from '../ipc/serve.ts';
import type { Logs } from '../logs.ts';
import type { Settings } from '../settings/settings.ts';
import { boundsKey, openPlaces, type Remembered, visibleBounds } from './remember.ts';

const MAIN = 'main';
/** Ends of pages within a minute after which reloading is no help. */
const MOST_CRASHES = 3;
/** Under which the popped-out views are remembered. */
const OPEN = 'windows.open';

export interface WindowsHooks {
  /** False: the window stays, because somebody has to be asked first. */
  mayClose(): boolean;
  /** The page of a window ended and was loaded again. */
  returned(reason: string): void;
  /** Pages keep ending: the person is asked whether the window is to be opened once more; otherwise the application ends. */
  endless(reason: string): void;
}

export class Windows {
  private readonly open = new Map<string, BrowserWindow>();
  private crashes: number[] = [];
  /** The program ends: what is open stays remembered. */
  private ending = false;

  constructor(
    private readonly preload: string,
    private readonly settings: Settings,
    private readonly logs: Logs,
    private readonly hooks: WindowsHooks,
  ) {}

  isKnown = (contents: number): boolean =>
    [...this.open.values()].some((window) => !window.isDestroyed() && window.webContents.id === contents);

  byContents(contents: number): BrowserWindow | undefined {
    return [...this.open.values()].find((window) => !window.isDestroyed() && window.webContents.id === contents);
  }

  get main(): BrowserWindow | undefined {
    return this.open.get(MAIN);
  }

  /** Shows the main window, at a place if one is given. */
  showMain(place?: string): void {
    const existing = this.main;
    if (existing === undefined) {
      this.create(MAIN, place ?? '/', { width: 1360, height: 860 });
      return;
    }
    if (existing.isMinimized()) existing.restore();
    existing.show();
    existing.focus();
    if (place !== undefined) this.send(existing, 'go', { place });
  }

  /** Shows a place in a window of its own; one window per place. */
  popOut(place: string): void {
    const existing = this.open.get(place);
    if (existing !== undefined) {
      existing.focus();
      return;
    }
    this.create(place, place, { width: 980, height: 680 });
    this.rememberOpen();
  }

  /** Brings back the views that were popped out when the program ended. */
  restorePopOuts(): void {
    for (const place of openPlaces(this.settings.view(OPEN))) this.popOut(place);
  }

  broadcast<N extends EventName>(name: N, fact: Fact<N>): void {
    for (const window of this.open.values()) this.send(window, name, fact);
  }

  send<N extends EventName>(window: BrowserWindow, name: N, fact: Fact<N>): void {
    if (!window.isDestroyed()) window.webContents.send('desk:fact', name, fact);
  }

  closeAll(): void {
    this.ending = true;
    for (const window of this.open.values()) window.destroy();
  }

  private create(key: string, place: string, size: { width: number; height: number }): void {
    const remembered = this.settings.view<Remembered>(boundsKey(key)) ?? this.settings.view<Remembered>(boundsKey('other'));
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    const bounds = remembered === undefined ? size : visibleBounds(remembered.bounds, areas);
    const window = new BrowserWindow({
      ...bounds,
      minWidth: 900,
      minHeight: 600,
      show: false,
      title: 'Blanket',
      backgroundColor: this.settings.dark ? '#15171a' : '#f5f3ef',
      webPreferences: {
        preload: this.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
      },
    });
    this.open.set(key, window);
    if (remembered?.maximized === true) window.maximize();
    window.once('ready-to-show', () => window.show());
    this.keepBounds(key, window);
    this.watch(key, window);
    void window.loadURL(`${ORIGIN}/index.html#${place}${key === MAIN ? '' : place.includes('?') ? '&alone=1' : '?alone=1'}`);
  }

  private rememberOpen(): void {
    this.settings.keepView(
      OPEN,
      [...this.open.keys()].filter((key) => key !== MAIN),
    );
  }

  private keepBounds(key: string, window: BrowserWindow): void {
    let timer: NodeJS.Timeout | undefined;
    const remember = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
        const remembered: Remembered = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
        this.settings.keepView(boundsKey(key), remembered);
        // The next view that is popped out for the first time begins like this one.
        if (key !== MAIN) this.settings.keepView(boundsKey('other'), remembered);
      }, 400);
    };
    window.on('resize', remember);
    window.on('move', remember);
  }

  private watch(key: string, window: BrowserWindow): void {
    window.on('close', (event) => {
      if (key === MAIN && !this.hooks.mayClose()) event.preventDefault();
    });
    window.on('closed', () => {
      this.open.delete(key);
      if (!this.ending) this.rememberOpen();
    });
    window.webContents.on('render-process-gone', (_event, details) => {
      this.logs.write('windows', `the page of ${key} ended: ${details.reason}`);
      if (details.reason === 'clean-exit') return;
      const now = Date.now();
      this.crashes = [...this.crashes.filter((at) => now - at < 60_000), now];
      if (this.crashes.length <= MOST_CRASHES) {
        // Not before the end of the process has been told to everybody: loading at once would meet it half gone.
        setImmediate(() => {
          if (!window.isDestroyed()) window.webContents.reload();
        });
        this.hooks.returned(details.reason);
      } else {
        this.crashes = [];
        window.destroy();
        this.hooks.endless(details.reason);
      }
    });
  }
}
