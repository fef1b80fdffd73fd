/** Framebuffer and keyboard back ends against a guest that does as xen-fbfront and xen-kbdfront do, and one that lies. */
import { describe, expect, it } from 'vitest';
import {
  EVENT_SIZE,
  EventPage,
  FramebufferPage,
  KeyboardEvent,
  KeyboardField,
  KeyboardRing,
} from '../../abi/xen/screen.table.ts';
import { BusState } from '../../abi/xen/store.table.ts';
import { plugScreen } from '../../control/devices.ts';
import { audit } from '../../hypervisors/xen/audit.ts';
import { GuestSide } from '../testing/guest-side.ts';
import { FramebufferBack } from './framebuffer-back.ts';
import { KeyboardBack } from './keyboard-back.ts';

/** 33 dots in rows of 40: what shows is less than what is there. Two pages. */
const SIZE = { width: 33, height: 40 };
const LINE = 160;
const BYTES = LINE * SIZE.height;
/** Pages of the guest: shared pages, directory, dots. */
const [SCREEN_PAGE, DIRECTORY, FIRST, SECOND, KEYBOARD_PAGE] = [200, 201, 202, 203, 204];

const setUp = () => {
  const guest = new GuestSide();
  const places = plugScreen(guest.store, guest.platform, guest.domain.id);
  let changes = 0;
  const screen = new FramebufferBack(places.screen, SIZE, () => {
    changes += 1;
  });
  const keyboard = new KeyboardBack(places.keyboard, SIZE);
  guest.run();
  const view = (pfn: number): DataView => {
    const bytes = guest.page(pfn);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const tell = (path: string, nodes: Record<string, number>): void => {
    for (const [name, value] of Object.entries({ ...nodes, state: BusState.Initialised }))
      guest.store.write(`${path}/${name}`, String(value));
    guest.run();
  };
  const stateOf = (path: string): number => Number(guest.store.read(`${path}/state`));
  /** Fills the shared page, with whatever a test wants otherwise, and connects. */
  const draw = (change: (page: DataView, directory: DataView) => void = () => {}): number => {
    const [page, directory] = [view(SCREEN_PAGE), view(DIRECTORY)];
    page.setUint32(FramebufferPage.width, SIZE.width, true);
    page.setUint32(FramebufferPage.height, SIZE.height, true);
    page.setUint32(FramebufferPage.lineLength, LINE, true);
    page.setUint32(FramebufferPage.memoryLength, BYTES, true);
    page.setUint8(FramebufferPage.depth, 32);
    page.setBigUint64(FramebufferPage.directory, BigInt(guest.frame(DIRECTORY)), true);
    directory.setBigUint64(0, BigInt(guest.frame(FIRST)), true);
    directory.setBigUint64(8, BigInt(guest.frame(SECOND)), true);
    change(page, directory);
    tell(places.screen.frontPath, { 'page-ref': guest.frame(SCREEN_PAGE), 'event-channel': guest.allocatePort() });
    return stateOf(places.screen.backPath);
  };
  const type = (absolute: boolean): { port: number; events(): DataView[] } => {
    const port = guest.allocatePort();
    guest.store.write(`${places.keyboard.frontPath}/request-abs-pointer`, absolute ? '1' : '0');
    tell(places.keyboard.frontPath, { 'page-gref': guest.grant(KEYBOARD_PAGE), 'event-channel': port });
    expect(stateOf(places.keyboard.backPath)).toBe(BusState.Connected);
    const events = (): DataView[] => {
      const page = view(KEYBOARD_PAGE);
      const found: DataView[] = [];
      for (let at = page.getUint32(EventPage.inConsumer, true); at !== page.getUint32(EventPage.inProducer, true); at++) {
        const offset = KeyboardRing.offset + EVENT_SIZE * (at % KeyboardRing.events);
        found.push(new DataView(guest.page(KEYBOARD_PAGE).slice(offset, offset + EVENT_SIZE).buffer));
      }
      page.setUint32(EventPage.inConsumer, page.getUint32(EventPage.inProducer, true), true);
      return found;
    };
    return { port, events };
  };
  return { guest, places, screen, keyboard, draw, type, changed: () => changes };
};

describe('the framebuffer back end', () => {
  it('shows what the guest draws, row by row, across its pages', () => {
    const { guest, screen, draw, changed } = setUp();
    expect(screen.surface).toBeUndefined();
    expect(draw()).toBe(BusState.Connected);
    // The last dot of row 25 lies on the first page, row 26 crosses to the second.
    const put = (row: number, dot: number, value: number): void => {
      const at = row * LINE + 4 * dot;
      guest.page(at < 4096 ? FIRST : SECOND)[at % 4096] = value;
    };
    for (const [row, dot, value] of [
      [0, 0, 1],
      [24, 32, 2],
      [25, 24, 3],
      [39, 32, 4],
    ] as const)
      put(row, dot, value);
    const pixels = screen.surface?.pixels() ?? expect.unreachable();
    const at = (row: number, dot: number): number | undefined => pixels[4 * (row * SIZE.width + dot)];
    expect([at(0, 0), at(24, 32), at(25, 24), at(39, 32)]).toEqual([1, 2, 3, 4]);
    expect([pixels.length, pixels.reduce((sum, each) => sum + each, 0), changed()]).toEqual([4 * 33 * 40, 10, 1]);
    expect(audit(guest.xen)).toEqual([]);
  });

  it('lets go of every page when the guest does', () => {
    const { guest, places, screen, draw, changed } = setUp();
    const counts = (): number[] =>
      [SCREEN_PAGE, DIRECTORY, FIRST, SECOND].map((pfn) => guest.xen.frames.count[guest.frame(pfn)] ?? 0);
    const before = counts();
    draw();
    expect(counts()).toEqual(before.map((count) => count + 1));
    guest.store.write(`${places.screen.frontPath}/state`, String(BusState.Closing));
    guest.run();
    expect([counts(), screen.surface, changed()]).toEqual([before, undefined, 2]);
    expect([screen.last?.width, screen.last?.pixels().length]).toEqual([SIZE.width, 4 * SIZE.width * SIZE.height]);
    expect(audit(guest.xen)).toEqual([]);
  });

  it.each<[string, (page: DataView, directory: DataView) => void]>([
    ['another depth', (page) => page.setUint8(FramebufferPage.depth, 8)],
    ['no width', (page) => page.setUint32(FramebufferPage.width, 0, true)],
    ['sides beyond measure', (page) => page.setUint32(FramebufferPage.height, 0xffff_ffff, true)],
    ['rows shorter than their dots', (page) => page.setUint32(FramebufferPage.lineLength, 4, true)],
    ['rows beyond its memory', (page) => page.setUint32(FramebufferPage.memoryLength, BYTES - 1, true)],
    ['a directory that is nobody\u2019s', (page) => page.setBigUint64(FramebufferPage.directory, 0xffff_ffff_ffffn, true)],
    ['a page of the hypervisor', (_page, directory) => directory.setBigUint64(8, 0n, true)],
  ])('refuses %s and holds nothing', (_what, change) => {
    const { guest, screen, draw } = setUp();
    expect(draw(change)).toBe(BusState.Closing);
    expect(screen.surface).toBeUndefined();
    expect(audit(guest.xen)).toEqual([]);
    expect(guest.platform.foreign.mapFrame(99, 1, 'read')).toBeLessThan(0);
  });
});

describe('the keyboard back end', () => {
  it('sends keys by their place, and tells the guest', () => {
    const { guest, keyboard, type } = setUp();
    const { port, events } = type(true);
    keyboard.key('KeyA', true);
    keyboard.key('ArrowUp', false);
    keyboard.key('NoSuchKey', true);
    guest.run();
    expect(guest.heard(port)).toBe(true);
    expect(
      events().map((each) => [
        each.getUint8(KeyboardField.type),
        each.getUint8(KeyboardField.pressed),
        each.getUint32(KeyboardField.key, true),
      ]),
    ).toEqual([
      [KeyboardEvent.key, 1, 30],
      [KeyboardEvent.key, 0, 103],
    ]);
  });

  it.each([true, false])('sends where the pointer is, or how it moved, and its buttons (%s)', (absolute) => {
    const { guest, keyboard, type } = setUp();
    const { events } = type(absolute);
    keyboard.pointer(10, 20, 0, 0);
    keyboard.pointer(12, 17, 1, 1);
    guest.run();
    const [, moved, button] = events();
    const field = (at: number): number | undefined => moved?.getInt32(at, true);
    const where = absolute ? [KeyboardEvent.position, 12, 17, 1] : [KeyboardEvent.motion, 2, -3, 1];
    expect([moved?.getUint8(0), field(KeyboardField.x), field(KeyboardField.y), field(KeyboardField.wheel)]).toEqual(where);
    expect([button?.getUint8(KeyboardField.pressed), button?.getUint32(KeyboardField.key, true)]).toEqual([1, 0x110]);
  });

  it('loses what the guest does not take, and nothing else; indices that cannot be do no harm', () => {
    const { guest, keyboard, type } = setUp();
    const { events } = type(true);
    for (let index = 0; index < 100; index++) keyboard.key('KeyB', index % 2 === 0);
    guest.run();
    expect(events()).toHaveLength(KeyboardRing.events);
    keyboard.key('KeyC', true);
    guest.run();
    expect(events()).toHaveLength(1);
    new DataView(guest.page(KEYBOARD_PAGE).buffer, guest.page(KEYBOARD_PAGE).byteOffset).setUint32(
      EventPage.inProducer,
      0x7fff_ffff,
      true,
    );
    keyboard.key('KeyD', true);
    guest.run();
    expect(audit(guest.xen)).toEqual([]);
  });
});
