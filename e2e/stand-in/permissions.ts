/** Lets the application's own handler decide what pages may do: its answers are set in Chromium before a page is loaded. */
import type { Cdp } from './cdp.ts';

/** Electron's name of a permission, and the names under which Chromium keeps it. */
const PERMISSIONS: readonly (readonly [string, readonly string[]])[] = [
  ['geolocation', ['geolocation']],
  ['notifications', ['notifications']],
  ['midi', ['midi']],
  ['media', ['camera', 'microphone']],
  ['clipboard-read', ['clipboard-read']],
  ['clipboard-sanitized-write', ['clipboard-write']],
];

export type PermissionCheck = (contents: unknown, permission: string, origin: string) => boolean;

/** @param origin as the application knows it, @param real as Chromium does */
export async function setPermissions(
  cdp: Cdp,
  check: PermissionCheck | undefined,
  contents: unknown,
  origin: string,
  real: string,
): Promise<void> {
  if (check === undefined) return;
  for (const [permission, names] of PERMISSIONS) {
    const setting = check(contents, permission, origin) ? 'granted' : 'denied';
    for (const name of names) await cdp.send('Browser.setPermission', { permission: { name }, setting, origin: real });
  }
}
