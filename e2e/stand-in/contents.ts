/** webContents over one Chromium page: loading, IPC, events, the refusals a main process asks for. */

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Cdp, Params } from './cdp.ts';
import { decode, encode } from './codec.ts';
import { invoke, said } from './ipc.ts';
import { accelerator } from './menu.ts';
import { PAGE_WORLD, preloadScript } from './page-script.ts';
import { type PermissionCheck, setPermissions } from './permissions.ts';
import { closed, closeHome, type Home, moveTo, relay, type StandInPort } from './ports.ts';
import { answerRequest, realAddress, shownAddress } from './protocol.ts';

const WORLD = 'stand-in-preload';
let nextId = 1;

interface FromPage {
  readonly kind: 'invoke' | 'send' | 'port' | 'port-close' | 'key' | 'open';
  readonly id: number;
  readonly channel: string;
  readonly args: unknown[];
  readonly url: string;
  readonly top: boolean;
  readonly data: unknown;
}

export class WebContents extends EventEmitter {
  readonly id = nextId++;
  readonly session: unknown;
  target = '';
  private context: number | undefined;
  private address = 'about:blank';
  private openHandler: ((details: { url: string }) => { action: string }) | undefined;
  private gone = false;
  private loaded: (() => void) | undefined;
  private page = '';
  /** From a crash until there is a document again: Chromium would keep what is asked meanwhile, for ever if nothing is loaded. */
  private crashed = false;
  /** What the page was asked and has not answered. */
  private readonly asked = new Set<(why: Error) => void>();
  /** Where the ports of this page live. */
  private readonly home: Home = {
    deliver: (id, data) => this.deliverText({ kind: 'port', id, data }),
    close: (id) => this.deliverText({ kind: 'port-close', id }),
  };

  constructor(
    private readonly cdp: Cdp,
    private readonly preload: string | undefined,
    session: unknown,
  ) {
    super();
    this.session = session;
  }

  /** Takes over a fresh page. */
  async adopt(target: string, page: string): Promise<void> {
    this.target = target;
    this.page = page;
    const { cdp } = this;
    await cdp.send('Page.enable', {}, page);
    await cdp.send('Runtime.enable', {}, page);
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }, page);
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: PAGE_WORLD }, page);
    if (this.preload !== undefined) {
      await cdp.send('Runtime.addBinding', { name: 'standInSend', executionContextName: WORLD }, page);
      const source = preloadScript(readFileSync(this.preload, 'utf8'), process.platform);
      await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD }, page);
    }
  }

  /** An event of the protocol for this page. */
  hear(method: string, params: Params): void {
    if (method === 'Runtime.executionContextCreated') this.learnContext(params);
    else if (method === 'Runtime.bindingCalled' && params.name === 'standInSend')
      this.listen(decode(String(params.payload)) as FromPage);
    else if (method === 'Fetch.requestPaused') void this.request(params);
    else if (method === 'Page.domContentEventFired') this.emit('dom-ready');
    else if (method === 'Page.loadEventFired') {
      this.emit('did-finish-load');
      this.loaded?.();
    } else if (method === 'Inspector.targetCrashed') this.crash();
  }

  /** Told by the page and by the browser, whichever comes first. */
  crash(): void {
    if (this.crashed || this.gone) return;
    this.crashed = true;
    this.context = undefined;
    this.abandon('the page has crashed');
    this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
  }

  async loadURL(address: string): Promise<void> {
    this.address = address;
    const finished = new Promise<void>((resolve) => {
      this.loaded = resolve;
    });
    const check = (this.session as { handlers: Map<string, unknown> }).handlers.get('check') as PermissionCheck | undefined;
    const real = new URL(realAddress(address)).origin;
    await setPermissions(this.cdp, check, this, shownAddress(real), real);
    await this.cdp.send('Page.navigate', { url: realAddress(address) }, this.page);
    await finished;
  }

  getURL = (): string => this.address;
  isDestroyed = (): boolean => this.gone;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  /** A page opened a window by itself. @returns whether it may stay */
  opened(url: string): boolean {
    return this.openHandler?.({ url: shownAddress(url) }).action === 'allow';
  }

  send(channel: string, ...args: unknown[]): void {
    this.deliverText({ kind: 'event', channel, args, ports: [] });
  }

  postMessage(channel: string, message: unknown, ports: StandInPort[] = []): void {
    this.deliverText({ kind: 'event', channel, args: [message], ports: ports.map((port) => port.id) });
    for (const port of ports) moveTo(port, this.home);
  }

  reload(): void {
    this.abandon('the page is loaded again');
    // A page that has just crashed may be refused this; going to where it is does the same.
    this.cdp.send('Page.reload', {}, this.page).catch(() => this.arriveAgain());
  }

  private arriveAgain(): void {
    this.cdp.send('Target.getTargetInfo', { targetId: this.target }).then(
      ({ targetInfo }) => this.cdp.tell('Page.navigate', { url: (targetInfo as { url: string }).url }, this.page),
      // The window was closed meanwhile.
      () => undefined,
    );
  }

  /** Rejects when the page goes before it has answered. */
  executeJavaScript(code: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.crashed) throw new Error('the page has crashed');
      this.asked.add(reject);
      this.cdp
        .send('Runtime.evaluate', { expression: code, awaitPromise: true, returnByValue: true }, this.page)
        .then((it) => resolve((it.result as { value?: unknown }).value), reject)
        .finally(() => this.asked.delete(reject));
    });
  }

  setZoomLevel = (): void => undefined;
  openDevTools = (): void => undefined;
  focus = (): void => undefined;
  close(_options?: unknown): void {
    this.emit('stand-in-close');
  }

  colourScheme(scheme: string): void {
    if (this.page !== '')
      this.cdp.tell(
        'Emulation.setEmulatedMedia',
        { features: scheme === '' ? [] : [{ name: 'prefers-color-scheme', value: scheme }] },
        this.page,
      );
  }

  vanish(): void {
    if (this.gone) return;
    this.gone = true;
    this.abandon('the window is closed');
    this.emit('destroyed');
  }

  /** Whoever waits for the page as it was learns that it is no more. */
  private abandon(why: string): void {
    closeHome(this.home);
    for (const reject of this.asked) reject(new Error(why));
    this.asked.clear();
  }

  private deliverText(message: unknown): void {
    if (this.context === undefined || this.gone) return;
    this.cdp.tell(
      'Runtime.evaluate',
      { expression: `standInReceive(${JSON.stringify(encode(message))})`, contextId: this.context },
      this.page,
    );
  }

  private learnContext(params: Params): void {
    const context = params.context as { id: number; name: string; origin: string; auxData: { frameId: string } };
    // The main frame of a page has the id of the page; frames inside it have none of our listeners.
    if (context.name !== WORLD || context.origin === '://' || context.auxData.frameId !== this.target) return;
    this.context = context.id;
    this.crashed = false;
  }

  private listen(message: FromPage): void {
    if (message.kind === 'port') relay(message.id, message.data);
    else if (message.kind === 'port-close') closed(message.id);
    else if (message.kind === 'key') accelerator(message as never);
    else if (message.kind === 'open') this.opened(message.url);
    else this.serve(message);
  }

  private serve(message: FromPage): void {
    const frame = {
      url: shownAddress(message.url),
      parent: message.top ? null : {},
      origin: new URL(shownAddress(message.url)).origin,
    };
    const event = { sender: this, senderFrame: frame, processId: 1, frameId: 1 };
    if (message.kind === 'invoke') {
      void invoke(message.channel, event, message.args).then((answer) =>
        this.deliverText({ kind: 'answer', id: message.id, channel: message.channel, ...answer }),
      );
    } else said(message.channel, event, message.args);
  }

  private async request(params: Params): Promise<void> {
    const request = params.request as { url: string; method: string; headers: Record<string, string> };
    const requestId = params.requestId;
    const shown = shownAddress(request.url);
    if (params.resourceType === 'Document' && shown !== this.address.split('#')[0] && shown !== this.address) {
      let refused = false;
      this.emit('will-navigate', {
        preventDefault: () => {
          refused = true;
        },
        url: shown,
        isMainFrame: true,
      });
      if (refused) {
        this.cdp.tell('Fetch.failRequest', { requestId, errorReason: 'Aborted' }, this.page);
        return;
      }
      this.address = shown;
    }
    const answer = await answerRequest(shown, request.method);
    if (answer === undefined) this.cdp.tell('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }, this.page);
    else this.cdp.tell('Fetch.fulfillRequest', { requestId, ...answer }, this.page);
  }
}
