/** BrowserWindow over one Chromium window. */
import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import type { Cdp } from './cdp.ts';
import { WebContents } from './contents.ts';
import { theme } from './rest.ts';

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Options extends Partial<Bounds> {
  title?: string;
  show?: boolean;
  webPreferences?: { preload?: string; sandbox?: boolean; contextIsolation?: boolean; nodeIntegration?: boolean };
}

const open = new Map<number, BrowserWindow>();
let nextId = 1;
/** Set once, before the application is ready. */
export const host: { cdp: Cdp | undefined; session: unknown } = { cdp: undefined, session: undefined };

export class BrowserWindow extends EventEmitter {
  readonly id = nextId++;
  readonly webContents: WebContents;
  private bounds: Bounds;
  private title: string;
  private gone = false;
  private full = false;
  private large = false;
  private readonly made: Promise<void>;

  constructor(options: Options = {}) {
    super();
    if (host.cdp === undefined) throw new Error('a window before ready');
    const preferences = options.webPreferences ?? {};
    if (preferences.sandbox === false || preferences.contextIsolation === false || preferences.nodeIntegration === true)
      throw new Error('the stand-in has sandboxed pages only');
    this.bounds = { x: options.x ?? 40, y: options.y ?? 40, width: options.width ?? 800, height: options.height ?? 600 };
    this.title = options.title ?? '';
    this.webContents = new WebContents(host.cdp, preferences.preload, host.session);
    open.set(this.id, this);
    app.emit('web-contents-created', {}, this.webContents);
    app.emit('browser-window-created', {}, this);
    this.made = this.make(host.cdp);
    this.webContents.on('stand-in-close', () => this.close());
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
  }

  static getAllWindows = (): BrowserWindow[] => [...open.values()];
  static getFocusedWindow = (): BrowserWindow | null => [...open.values()].at(-1) ?? null;
  static fromWebContents = (contents: WebContents): BrowserWindow | null =>
    [...open.values()].find((window) => window.webContents === contents) ?? null;
  static fromId = (id: number): BrowserWindow | null => open.get(id) ?? null;

  async loadURL(address: string): Promise<void> {
    await this.made;
    await this.webContents.loadURL(address);
  }

  show = (): void => void this.emit('show');
  showInactive = (): void => void this.emit('show');
  hide = (): void => void this.emit('hide');
  focus = (): void => {
    host.cdp?.send('Target.activateTarget', { targetId: this.webContents.target }).catch(() => undefined);
    this.emit('focus');
  };
  isVisible = (): boolean => true;
  isDestroyed = (): boolean => this.gone;
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => this.large;
  isFullScreen = (): boolean => this.full;
  isFocused = (): boolean => BrowserWindow.getFocusedWindow() === this;
  restore = (): void => undefined;
  minimize = (): void => undefined;
  getBounds = (): Bounds => ({ ...this.bounds });
  getNormalBounds = (): Bounds => ({ ...this.bounds });
  getTitle = (): string => this.title;
  setTitle = (title: string): void => {
    this.title = title;
  };
  setBackgroundColor = (): void => undefined;
  setMenuBarVisibility = (): void => undefined;

  maximize(): void {
    this.large = true;
    this.emit('maximize');
  }

  setFullScreen(on: boolean): void {
    this.full = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen');
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.bounds = { ...this.bounds, ...bounds };
    void this.made.then(() => this.place());
    this.emit('resize');
    this.emit('move');
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }

  close(): void {
    let refused = false;
    this.emit('close', {
      preventDefault: () => {
        refused = true;
      },
    });
    if (!refused) this.destroy();
  }

  destroy(): void {
    if (this.gone) return;
    this.gone = true;
    open.delete(this.id);
    host.cdp?.send('Target.closeTarget', { targetId: this.webContents.target }).catch(() => undefined);
    this.webContents.vanish();
    this.emit('closed');
    if (open.size === 0) app.emit('window-all-closed');
  }

  private async make(cdp: Cdp): Promise<void> {
    const { targetId } = (await cdp.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      width: this.bounds.width,
      height: this.bounds.height,
    })) as { targetId: string };
    const { sessionId } = (await cdp.send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
    pages.set(sessionId, this.webContents);
    this.webContents.target = targetId;
    await this.webContents.adopt(targetId, sessionId);
    this.webContents.colourScheme(theme.source === 'system' ? '' : theme.source);
    await this.place();
  }

  private async place(): Promise<void> {
    const { cdp } = host;
    if (cdp === undefined) return;
    const { windowId } = await cdp.send('Browser.getWindowForTarget', { targetId: this.webContents.target });
    const { x: left, y: top, width, height } = this.bounds;
    await cdp.send('Browser.setWindowBounds', { windowId, bounds: { left, top, width, height } });
  }
}

/** Contents by the protocol session of their page. */
export const pages = new Map<string, WebContents>();

export function contentsOf(target: string): WebContents | undefined {
  return [...open.values()].find((window) => window.webContents.target === target)?.webContents;
}

export const webContents = {
  getAllWebContents: (): WebContents[] => [...open.values()].map((window) => window.webContents),
  fromId: (id: number): WebContents | undefined => [...open.values()].find((window) => window.webContents.id === id)?.webContents,
  fromDevToolsTargetId: (target: string): WebContents | undefined => contentsOf(target),
};
