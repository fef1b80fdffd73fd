/** The keyboard back end: keys and pointer of a person as events in a guest's shared page. */
import { LINUX_BUTTONS, LINUX_KEYS } from '../../abi/input/keys.table.ts';
import { EVENT_SIZE, EventPage, KeyboardEvent, KeyboardField, KeyboardRing } from '../../abi/xen/screen.table.ts';
import type { MappedPage } from '../../seams/platform.ts';
import { BackEnd, type BackPlace, type Device, Link, publish } from '../xen/back-end.ts';
import type { Size } from './framebuffer-back.ts';

export class KeyboardBack implements Device {
  private readonly end: BackEnd;
  private readonly link: Link;
  private page: MappedPage | undefined;
  /** The front end takes positions; else it is told of movements. */
  private absolute = false;
  private pointerAt = { x: 0, y: 0 };
  private buttons = 0;

  /** @param size of the screen that the pointer moves on */
  constructor(
    private readonly place: BackPlace,
    private readonly size: Size,
  ) {
    this.link = new Link(place);
    this.end = new BackEnd(place, this);
  }

  announce(): void {
    const { width, height } = this.size;
    publish(this.place, { 'feature-abs-pointer': 1, width, height });
  }

  connect(): string | undefined {
    const page = this.link.map('page-gref');
    if (typeof page === 'string') return page;
    const port = this.link.bind('event-channel');
    if (typeof port === 'string') return port;
    this.page = page;
    this.absolute = this.place.store.read(`${this.place.frontPath}/request-abs-pointer`) === '1';
    return undefined;
  }

  disconnect(): void {
    this.link.release();
    this.page = undefined;
    this.buttons = 0;
  }

  close(): void {
    this.end.close();
  }

  /** A key by position (W3C UI Events code); one that the keyboard has not is ignored. */
  key(code: string, down: boolean): void {
    const key = LINUX_KEYS.get(code);
    if (key !== undefined) this.send([keyEvent(key, down)]);
  }

  /** Dots of the screen; `buttons` as in DOM events, `wheel` notches downwards. */
  pointer(x: number, y: number, buttons: number, wheel: number): void {
    const before = this.pointerAt;
    this.pointerAt = { x, y };
    const changed = LINUX_BUTTONS.filter(([bit]) => ((buttons ^ this.buttons) & bit) !== 0);
    this.buttons = buttons;
    const where = this.absolute ? [x, y] : [x - before.x, y - before.y];
    this.send([
      event(this.absolute ? KeyboardEvent.position : KeyboardEvent.motion, (view) => {
        view.setInt32(KeyboardField.x, where[0] ?? 0, true);
        view.setInt32(KeyboardField.y, where[1] ?? 0, true);
        view.setInt32(KeyboardField.wheel, wheel, true);
      }),
      ...changed.map(([bit, button]) => keyEvent(button, (buttons & bit) !== 0)),
    ]);
  }

  /** Puts events into the ring, in the driver domain's own time; what a guest does not take in time is lost. */
  private send(events: readonly Uint8Array[]): void {
    const { platform } = this.place;
    platform.schedule(platform.now(), () => {
      const bytes = this.page?.bytes('write');
      if (bytes === undefined) return;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let producer = view.getUint32(EventPage.inProducer, true);
      const waiting = (producer - view.getUint32(EventPage.inConsumer, true)) >>> 0;
      if (waiting + events.length > KeyboardRing.events) return;
      for (const each of events) {
        bytes.set(each, KeyboardRing.offset + EVENT_SIZE * (producer % KeyboardRing.events));
        producer = (producer + 1) >>> 0;
      }
      view.setUint32(EventPage.inProducer, producer, true);
      this.link.notify();
    });
  }
}

const event = (type: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(EVENT_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint8(KeyboardField.type, type);
  fill(view);
  return bytes;
};

const keyEvent = (key: number, down: boolean): Uint8Array =>
  event(KeyboardEvent.key, (view) => {
    view.setUint8(KeyboardField.pressed, down ? 1 : 0);
    view.setUint32(KeyboardField.key, key, true);
  });
