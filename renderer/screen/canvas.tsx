/** The screen of a guest in a canvas: rows as they change, keys and pointer back. Ctrl+Alt lets the keyboard go. */
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
  type WheelEvent,
} from 'react';
import { WayOut } from '../keyboard/way-out.ts';
import type { Link } from '../parts/terminal.tsx';
import { say } from '../words/say.ts';
import { type GuestKeyboard, KeySender } from './keys.ts';
import { connectScreen, type ScreenLink, type ScreenSize } from './link.ts';
import './screen.css';

/** `fit`: as large as the window allows; `whole`: the largest whole multiple; `one`: a dot for a dot, with scrolling. */
export type Scaling = 'fit' | 'whole' | 'one';

export interface ScreenHandle {
  readonly keys: KeySender;
  focus(): void;
  /** The picture now, as PNG. */
  picture(): Promise<Blob | null>;
}

interface Props {
  readonly unit: string;
  readonly label: string;
  readonly scaling: Scaling;
  readonly keyboard: GuestKeyboard;
  readonly handle: RefObject<ScreenHandle | null>;
  onLink(link: Link): void;
  onSize(size: ScreenSize): void;
  /** The keyboard goes back to the window. */
  onRelease(): void;
}

/** Factor from guest dots to dots of the window. */
export function factorOf(scaling: Scaling, screen: ScreenSize, room: ScreenSize): number {
  if (screen.width === 0 || scaling === 'one') return 1;
  const most = Math.min(room.width / screen.width, room.height / screen.height);
  return scaling === 'fit' ? most : Math.max(1, Math.floor(most));
}

export function ScreenCanvas({ unit, label, scaling, keyboard, handle, onLink, onSize, onRelease }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const guest = useRef<HTMLDivElement>(null);
  const wire = useRef<ScreenLink>(null);
  const keys = useRef<KeySender>(null);
  const wayOut = useRef(new WayOut());
  const [size, setSize] = useState<ScreenSize>({ width: 0, height: 0 });
  const [room, setRoom] = useState<ScreenSize>({ width: 0, height: 0 });
  const [held, setHeld] = useState(false);
  const told = useRef({ onLink, onSize });
  told.current = { onLink, onSize };

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const link = connectScreen(
      unit,
      element,
      (state) => told.current.onLink(state),
      (next) => {
        setSize(next);
        told.current.onSize(next);
      },
    );
    const sender = new KeySender((code, down) => link.say({ type: 'key', code, down }));
    wire.current = link;
    keys.current = sender;
    handle.current = {
      keys: sender,
      focus: () => guest.current?.focus(),
      picture: () => new Promise((resolve) => element.toBlob(resolve)),
    };
    guest.current?.focus();
    return () => {
      sender.releaseAll();
      link.end();
      handle.current = null;
    };
  }, [unit, handle]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const keyDown = (event: KeyboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    wayOut.current.down(event);
    keys.current?.keyDown(event.nativeEvent, keyboard);
  };
  const keyUp = (event: KeyboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    keys.current?.keyUp(event.code);
    if (!wayOut.current.up()) return;
    keys.current?.releaseAll();
    onRelease();
  };
  const factor = factorOf(scaling, size, room);
  const point = (event: PointerEvent | WheelEvent, wheel = 0): void => {
    const place = event.currentTarget.getBoundingClientRect();
    const inside = (value: number, most: number): number => Math.max(0, Math.min(most - 1, Math.floor(value / factor)));
    wire.current?.say({
      type: 'pointer',
      x: inside(event.clientX - place.left, size.width),
      y: inside(event.clientY - place.top, size.height),
      buttons: event.buttons,
      wheel,
    });
  };
  return (
    <div ref={box} className={`screen-box ${scaling}`}>
      <div
        ref={guest}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the guest's keyboard is here
        tabIndex={0}
        aria-label={label}
        aria-description={say('screen.release')}
        className="screen-guest"
        style={{ width: size.width * factor, height: size.height * factor }}
        onKeyDown={keyDown}
        onKeyUp={keyUp}
        onFocus={() => setHeld(true)}
        onBlur={() => {
          setHeld(false);
          keys.current?.releaseAll();
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          event.currentTarget.focus();
          point(event);
        }}
        onPointerMove={(event) => point(event)}
        onPointerUp={(event) => point(event)}
        onWheel={(event) => point(event, Math.sign(event.deltaY))}
        onContextMenu={(event) => event.preventDefault()}
      >
        <canvas ref={canvas} className="screen-canvas" data-smooth={!Number.isInteger(factor)} />
      </div>
      {held && <span className="screen-hint">{say('screen.release')}</span>}
    </div>
  );
}
