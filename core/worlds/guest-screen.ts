/** The screen and keyboard of a guest on Xen: paravirtual devices, behind which a person sits. */
import type { ManagedDomain, Toolstack } from '../control/toolstack.ts';
import { FramebufferBack, type Size } from '../drivers/screen/framebuffer-back.ts';
import { KeyboardBack } from '../drivers/screen/keyboard-back.ts';
import type { Screen } from './desk.ts';
import { surfaceScreen } from './surface-screen.ts';

export interface GuestScreen {
  /** Undefined while the guest's kernel draws nothing; the same object as long as it keeps its framebuffer. */
  readonly screen: Screen | undefined;
  /** What it had drawn when it stopped. */
  readonly last: Screen | undefined;
}

/** @param changed called when the guest has begun to draw, or has ended */
export function attachScreen(toolstack: Toolstack, domain: ManagedDomain, size: Size, changed: () => void): GuestScreen {
  let shown: Screen | undefined;
  const devices = toolstack.attachScreen(domain, {
    screen: (place) =>
      new FramebufferBack(place, size, () => {
        const { surface } = devices.screen;
        shown = surface && surfaceScreen(surface, devices.keyboard);
        changed();
      }),
    keyboard: (place) => new KeyboardBack(place, size),
  });
  return {
    get screen() {
      return shown;
    },
    get last() {
      const { last } = devices.screen;
      return last && surfaceScreen(last, devices.keyboard);
    },
  };
}
