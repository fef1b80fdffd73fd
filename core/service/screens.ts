/** A screen over a port: changed rows at most 30 times a second, and only after the last ones were shown. */
import type { FromScreen, ToScreen } from '../contract/streams.ts';
import type { Screen } from '../worlds/desk.ts';
import type { Port } from './edge.ts';

const FRAME = 33;

export function serveScreen(screen: Screen | undefined, port: Port): void {
  if (screen === undefined) {
    port.close();
    return;
  }
  let shown = true;
  const timer = setInterval(() => {
    const change = shown ? screen.changes() : undefined;
    if (change === undefined) return;
    shown = false;
    port.postMessage({ type: 'rows', ...change } satisfies FromScreen);
  }, FRAME);
  port.on('message', (event) => {
    const message = event.data as ToScreen;
    if (message.type === 'shown') shown = true;
    else if (message.type === 'key') screen.key(message.code, message.down);
    else screen.pointer(message.x, message.y, message.buttons);
  });
  port.on('close', () => clearInterval(timer));
  port.start();
  port.postMessage({ type: 'mode', width: screen.width, height: screen.height } satisfies FromScreen);
}
