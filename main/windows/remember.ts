/** Where a window was: remembered as it moves, and put on a display that exists now. */
import type { Rectangle } from 'electron';
import { placeOf } from '../links.ts';

export interface Remembered {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

/** Moves bounds that would be out of sight to the nearest display; keeps them if at least a corner of 100 x 60 shows. */
export function visibleBounds(wanted: Rectangle, displays: readonly Rectangle[]): Rectangle {
  const shows = (area: Rectangle): boolean =>
    wanted.x + wanted.width >= area.x + 100 &&
    wanted.x <= area.x + area.width - 100 &&
    wanted.y >= area.y - 10 &&
    wanted.y <= area.y + area.height - 60;
  const home = displays[0];
  if (home === undefined || displays.some(shows)) return wanted;
  const width = Math.min(wanted.width, home.width);
  const height = Math.min(wanted.height, home.height);
  return { x: home.x + Math.round((home.width - width) / 2), y: home.y + Math.round((home.height - height) / 2), width, height };
}

/** Under which the bounds of a window are remembered: `main`, `other`, or the place it shows. */
export const boundsKey = (window: string): string => `window.${window.replace(/\W+/g, '-')}`;

/** At most so many views come back by themselves. */
const MOST_OPEN = 12;

/** The places that were popped out, of whatever the settings file holds. */
export function openPlaces(kept: unknown): string[] {
  if (!Array.isArray(kept)) return [];
  const places = kept.filter((it): it is string => typeof it === 'string' && placeOf(`blanket:/${it}`) !== undefined);
  return [...new Set(places)].slice(0, MOST_OPEN);
}
