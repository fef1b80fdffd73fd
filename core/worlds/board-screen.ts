/** The framebuffer and keyboard of a board as the screen that a window shows: what Linux's own console draws on. */
import type { PcBoard } from '../devices/boards/pc.ts';
import type { Screen } from './desk.ts';
import { surfaceScreen } from './surface-screen.ts';

/** Undefined: the board was made without a screen. It has no pointer. */
export function boardScreen({ framebuffer, keyboard }: PcBoard): Screen | undefined {
  if (framebuffer === undefined) return undefined;
  return surfaceScreen(
    { ...framebuffer.size, pixels: () => framebuffer.pixels() },
    { key: (code, down) => keyboard?.key(code, down), pointer: () => undefined },
  );
}
