/** What no page of ours may do, whatever runs in it: leave, open, embed, or ask for a device. */
import { app, type Session, type WebContents } from 'electron';
import { ORIGIN } from '../ipc/serve.ts';

/** Permissions a page of ours may have; everything else is refused. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['fullscreen', 'clipboard-sanitized-write', 'clipboard-read']);

function isOurs(address: string): boolean {
  return address === ORIGIN || address.startsWith(`${ORIGIN}/`);
}

/** Every contents that will ever exist, not only those we make. Only before the first window. */
export function hardenEverything(refused: (what: string) => void): void {
  app.on('web-contents-created', (_event, contents) => harden(contents, refused));
}

function harden(contents: WebContents, refused: (what: string) => void): void {
  const keep = (event: { preventDefault(): void; url: string }): void => {
    if (isOurs(event.url)) return;
    event.preventDefault();
    refused(`navigation to ${event.url}`);
  };
  contents.on('will-navigate', keep);
  contents.on('will-frame-navigate', keep);
  contents.on('will-redirect', keep);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    refused(`a window for ${url}`);
    return { action: 'deny' };
  });
}

export function hardenSession(session: Session, refused: (what: string) => void): void {
  session.setPermissionRequestHandler((contents, permission, allow) => {
    const granted = isOurs(contents.getURL()) && ALLOWED_PERMISSIONS.has(permission);
    if (!granted) refused(`the permission ${permission}`);
    allow(granted);
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => isOurs(origin.replace(/\/$/, '')) && ALLOWED_PERMISSIONS.has(permission),
  );
  session.setDevicePermissionHandler(() => false);
}
