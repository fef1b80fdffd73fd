/** A screen with any number of viewers: each gets the whole picture, then rows that changed, at the rate it can show them. */
import type { FromScreen, ToScreen } from '../contract/streams.ts';
import type { Screen } from '../worlds/desk.ts';
import type { Port } from './edge.ts';

/** Milliseconds between two looks: 30 pictures a second. */
const FRAME = 33;
const BYTES_PER_DOT = 4;

interface Viewer {
  readonly port: Port;
  /** It has shown what it was sent. */
  shown: boolean;
  /** The look whose rows it has. */
  seen: number;
}

export class ScreenHub {
  private readonly viewers = new Set<Viewer>();
  private width = 0;
  private height = 0;
  private picture = new Uint8ClampedArray();
  /** The look in which each row last changed. */
  private changedIn = new Uint32Array();
  private look = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly screen: Screen) {}

  attach(port: Port): void {
    const viewer: Viewer = { port, shown: true, seen: -1 };
    port.on('message', (event) => {
      const message = event.data as ToScreen;
      if (message.type === 'shown') viewer.shown = true;
      else if (message.type === 'key') this.screen.key(message.code, message.down);
      else this.screen.pointer(message.x, message.y, message.buttons, message.wheel);
    });
    port.on('close', () => this.detach(viewer));
    port.start();
    this.viewers.add(viewer);
    if (this.width > 0) this.sayMode(viewer);
    // Nobody looks, nothing is drawn.
    this.timer ??= setInterval(() => this.turn(), FRAME);
  }

  private detach(viewer: Viewer): void {
    this.viewers.delete(viewer);
    if (this.viewers.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private turn(): void {
    const { width, height } = this.screen;
    if (width !== this.width || height !== this.height) {
      this.width = width;
      this.height = height;
      this.picture = new Uint8ClampedArray(width * height * BYTES_PER_DOT);
      this.changedIn = new Uint32Array(height);
      for (const viewer of this.viewers) this.sayMode(viewer);
    }
    const change = this.screen.changes();
    if (change !== undefined) {
      this.look += 1;
      this.picture.set(change.pixels, change.from * width * BYTES_PER_DOT);
      this.changedIn.fill(this.look, change.from, change.from + change.count);
    }
    for (const viewer of this.viewers) if (viewer.shown && viewer.seen < this.look) this.show(viewer);
  }

  private sayMode(viewer: Viewer): void {
    viewer.seen = -1;
    viewer.port.postMessage({ type: 'mode', width: this.width, height: this.height } satisfies FromScreen);
  }

  private show(viewer: Viewer): void {
    const news = (row: number): boolean => (this.changedIn[row] ?? 0) > viewer.seen;
    let from = 0;
    while (from < this.height && !news(from)) from++;
    let end = this.height;
    while (end > from && !news(end - 1)) end--;
    viewer.seen = this.look;
    if (end === from) return;
    viewer.shown = false;
    const stride = this.width * BYTES_PER_DOT;
    const pixels = this.picture.slice(from * stride, end * stride);
    viewer.port.postMessage({ type: 'rows', from, count: end - from, pixels } satisfies FromScreen);
  }
}
