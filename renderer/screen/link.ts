/** The wire between a canvas and a guest's screen: rows in, keys and pointer out, reconnection by itself. */
import type { FromScreen, ToScreen } from '../../core/contract/streams.ts';
import { openStream } from '../desk/client.ts';
import type { Link } from '../parts/terminal.tsx';

const RETRY = 1200;

export interface ScreenLink {
  say(message: ToScreen): void;
  end(): void;
}

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

export function connectScreen(
  unit: string,
  canvas: HTMLCanvasElement,
  linked: (link: Link) => void,
  sized: (size: ScreenSize) => void,
): ScreenLink {
  const context = canvas.getContext('2d', { alpha: false });
  let port: MessagePort | undefined;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (message: ToScreen): void => port?.postMessage(message);

  const hear = (message: FromScreen): void => {
    linked('open');
    if (message.type === 'mode') {
      canvas.width = message.width;
      canvas.height = message.height;
      sized({ width: message.width, height: message.height });
      return;
    }
    const pixels = new Uint8ClampedArray(message.pixels);
    if (message.count > 0 && canvas.width > 0)
      context?.putImageData(new ImageData(pixels, canvas.width, message.count), 0, message.from);
    say({ type: 'shown' });
  };
  const lose = (): void => {
    port = undefined;
    if (over) return;
    linked('lost');
    timer = setTimeout(() => void open(), RETRY);
  };
  const open = async (): Promise<void> => {
    linked('connecting');
    try {
      const opened = await openStream({ kind: 'screen', unit });
      if (over) {
        opened.close();
        return;
      }
      port = opened;
      opened.onmessage = (event: MessageEvent<FromScreen>) => hear(event.data);
      opened.addEventListener('close', lose);
    } catch {
      lose();
    }
  };
  void open();
  return {
    say,
    end: () => {
      over = true;
      clearTimeout(timer);
      port?.close();
    },
  };
}
