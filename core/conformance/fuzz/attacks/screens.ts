/** Screens and keyboards: pages that say where a framebuffer is, nearly right, and devices that come and go. */
import { GrantFlag } from '../../../abi/xen/grants.table.ts';
import { EventPage, FramebufferPage } from '../../../abi/xen/screen.table.ts';
import { BusState, StoreType } from '../../../abi/xen/store.table.ts';
import { type Act, type HostileGuest, RING_PAGES } from '../hostile-guest.ts';
import { sendMessage } from './store.ts';

const CONTROL = 0;
/** Reference of the keyboard's page. */
const KEYBOARD = 12;
const DEVICES = { screen: 'device/vfb/0', keyboard: 'device/vkbd/0' } as const;
const [WIDTH, HEIGHT, LINE] = [64, 48, 256] as const;
const ENTRIES = 4;

const write = (guest: HostileGuest, path: string, value: string | number): void =>
  sendMessage(guest, StoreType.WRITE, `${path}\0${value}`);

/** Fills the shared page and its directory: sizes and frames are mostly its own. */
const fillPages = (guest: HostileGuest): void => {
  const { random, memory } = guest;
  const [page, directory] = [guest.mfn(RING_PAGES.screen) * 4096, guest.mfn(RING_PAGES.directory) * 4096];
  const wrong = (value: number): number => (random.chance(0.1) ? random.u32() : value);
  memory.writeU32(page + FramebufferPage.width, wrong(WIDTH));
  memory.writeU32(page + FramebufferPage.height, wrong(HEIGHT));
  memory.writeU32(page + FramebufferPage.lineLength, wrong(LINE));
  memory.writeU32(page + FramebufferPage.memoryLength, wrong(LINE * HEIGHT));
  memory.writeU32(page + FramebufferPage.depth, wrong(32));
  for (let entry = 0; entry < ENTRIES; entry++) {
    const list = random.chance(0.8) ? guest.mfn(RING_PAGES.directory) : guest.frame();
    memory.writeU64(page + FramebufferPage.directory + 8 * entry, BigInt(list));
    memory.writeU64(directory + 8 * entry, random.chance(0.8) ? BigInt(guest.mfn(RING_PAGES.data)) : guest.word());
  }
};

const connect: Act = (guest) => {
  const { random, domain } = guest;
  const port = domain.events.allocateUnbound(CONTROL);
  if (random.chance(0.7)) {
    fillPages(guest);
    write(guest, `${DEVICES.screen}/page-ref`, random.chance(0.8) ? guest.mfn(RING_PAGES.screen) : guest.frame());
    write(guest, `${DEVICES.screen}/event-channel`, port);
    write(guest, `${DEVICES.screen}/state`, BusState.Initialised);
  } else {
    domain.grants.write(KEYBOARD, GrantFlag.permit_access, CONTROL, guest.mfn(RING_PAGES.screen));
    write(guest, `${DEVICES.keyboard}/page-gref`, random.chance(0.9) ? KEYBOARD : random.below(24));
    write(guest, `${DEVICES.keyboard}/request-abs-pointer`, random.below(2));
    write(guest, `${DEVICES.keyboard}/event-channel`, port);
    write(guest, `${DEVICES.keyboard}/state`, BusState.Initialised);
  }
};

const changeState: Act = (guest) => {
  write(guest, `${guest.random.pick(Object.values(DEVICES))}/state`, guest.random.below(10));
};

/** What was said once may be said otherwise while the device is in use; somebody looks, and types. */
const use: Act = (guest) => {
  const { random, memory } = guest;
  if (random.chance(0.5)) fillPages(guest);
  const page = guest.mfn(RING_PAGES.screen) * 4096;
  memory.writeU32(page + random.pick([EventPage.inConsumer, EventPage.inProducer]), random.u32());
  guest.around.look();
};

const settled =
  (act: Act): Act =>
  (guest) => {
    act(guest);
    guest.around.settle();
  };

export const screens: readonly Act[] = [connect, connect, changeState, use].map(settled);
