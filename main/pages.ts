/** Serves our own pages under app://blanket with a content policy that lets nothing else in. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

const KINDS: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/** The policy of a page. Styles that libraries insert carry the nonce of this one page load. */
export function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Only before the application is ready. */
export function announceScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** The file an address stands for; undefined if it is not one of ours. */
export function fileOf(address: string, folder: string): string | undefined {
  const url = new URL(address);
  if (url.protocol !== 'app:' || url.host !== 'blanket') return undefined;
  const path = normalize(join(folder, decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname)));
  return path.startsWith(folder + sep) ? path : undefined;
}

export function servePages(folder: string): void {
  protocol.handle('app', async (request) => {
    const file = fileOf(request.url, folder);
    const kind = file === undefined ? undefined : KINDS[extname(file)];
    if (file === undefined || kind === undefined) return new Response('not found', { status: 404 });
    try {
      const nonce = randomBytes(16).toString('base64');
      const bytes = await readFile(file);
      const body = kind.startsWith('text/html') ? bytes.toString('utf8').replaceAll('%NONCE%', nonce) : new Uint8Array(bytes);
      return new Response(body, {
        headers: {
          'content-type': kind,
          'content-security-policy': contentPolicy(nonce),
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
        },
      });
    } catch {
      return new Response('not found', { status: 404 });
    }
  });
}
