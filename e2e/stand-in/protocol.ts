/** protocol.handle of the stand-in: addresses of own schemes are shown to Chromium as secure ones that no network is asked for. */

const HOSTS = '.stand-in.invalid';
const handlers = new Map<string, (request: Request) => Response | Promise<Response>>();

export const protocol = {
  registerSchemesAsPrivileged: (): void => undefined,
  handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>): void => {
    handlers.set(scheme, handler);
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
};

/** app://blanket/x as Chromium knows it. */
export function realAddress(address: string): string {
  const match = /^([a-z]+):\/\/([^/?#]+)(.*)$/.exec(address);
  return match === null || !handlers.has(match[1] ?? '') ? address : `https://${match[2]}.${match[1]}${HOSTS}${match[3]}`;
}

/** And back, as the main process knows it. */
export function shownAddress(address: string): string {
  const match = /^https:\/\/([^/?#]+)\.([a-z]+)\.stand-in\.invalid(.*)$/.exec(address);
  return match === null ? address : `${match[2]}://${match[1]}${match[3]}`;
}

/** What Chromium is told; undefined: nothing leaves this computer. */
export async function answerRequest(address: string, method: string): Promise<Record<string, unknown> | undefined> {
  const handler = handlers.get(address.split(':')[0] ?? '');
  if (handler === undefined) return undefined;
  const plain = address.split('#')[0] ?? address;
  const response = await handler({ url: plain, method } as Request);
  const body = Buffer.from(await response.arrayBuffer());
  return {
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
    body: body.toString('base64'),
  };
}
