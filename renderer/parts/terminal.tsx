/** A serial console: xterm over a port, with search, copy and paste, export, and reconnection by itself. */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { instanceOf } from '../../core/contract/shapes.ts';
import type { FromConsole, ToConsole } from '../../core/contract/streams.ts';
import { on, openStream } from '../desk/client.ts';
import { useSettings } from '../desk/settings.ts';
import { WayOut } from '../keyboard/way-out.ts';
import { useDark } from '../theme/look.tsx';
import { say } from '../words/say.ts';
import './terminal.css';

const RETRY = 1200;
/** Sequences that a terminal answers (ECMA-48, DEC): device status and device attributes. */
const QUESTIONS = [{ final: 'n' }, { prefix: '?', final: 'n' }, { final: 'c' }, { prefix: '>', final: 'c' }];
const DARK: ITheme = {
  scrollbarSliderBackground: '#3a4048',
  scrollbarSliderHoverBackground: '#545c66',
  scrollbarSliderActiveBackground: '#6b747f',
  overviewRulerBorder: '#101214',
  background: '#101214',
  foreground: '#e4e1da',
  cursor: '#e4e1da',
  cursorAccent: '#101214',
  selectionBackground: '#46567f',
  black: '#23272b',
  red: '#f0897e',
  green: '#8fcf7f',
  yellow: '#e2b355',
  blue: '#8ea8f2',
  magenta: '#d09ad6',
  cyan: '#66c7ba',
  white: '#d8d5ce',
  brightBlack: '#7f848b',
  brightRed: '#ffa79d',
  brightGreen: '#aee39f',
  brightYellow: '#f3cd7c',
  brightBlue: '#b0c3fa',
  brightMagenta: '#e6bdea',
  brightCyan: '#8fe0d4',
  brightWhite: '#ffffff',
};
const LIGHT: ITheme = {
  scrollbarSliderBackground: '#d6d1c8',
  scrollbarSliderHoverBackground: '#b8b2a7',
  scrollbarSliderActiveBackground: '#9a948a',
  overviewRulerBorder: '#fdfcfa',
  background: '#fdfcfa',
  foreground: '#22252a',
  cursor: '#22252a',
  cursorAccent: '#fdfcfa',
  selectionBackground: '#c6d2f2',
  black: '#22252a',
  red: '#a8342a',
  green: '#37702c',
  yellow: '#7d5a05',
  blue: '#32509f',
  magenta: '#86397a',
  cyan: '#12706a',
  white: '#6f737a',
  brightBlack: '#5d6168',
  brightRed: '#bf4234',
  brightGreen: '#3f7d33',
  brightYellow: '#8a650d',
  brightBlue: '#3d60bd',
  brightMagenta: '#98468b',
  brightCyan: '#177e77',
  brightWhite: '#22252a',
};

export interface TerminalHandle {
  find(text: string, back: boolean): boolean;
  text(): string;
  paste(text: string): void;
  send(text: string): void;
  selection(): string;
  clear(): void;
  focus(): void;
}

export type Link = 'connecting' | 'open' | 'lost';

interface Props {
  readonly unit: string;
  readonly line: 'serial' | 'boot';
  readonly label: string;
  readonly handle: RefObject<TerminalHandle | null>;
  onLink(link: Link): void;
  onFind(): void;
  /** The keyboard goes back to the window. */
  onRelease(): void;
}

export function SerialConsole({ unit, line, label, handle, onLink, onFind, onRelease }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  const { consoleFontSize, consoleScrollback, screenReader } = useSettings();
  const dark = useDark();
  const [skipped, setSkipped] = useState(0);
  const events = useRef({ onLink, onFind, onRelease });
  events.current = { onLink, onFind, onRelease };

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const xterm = new Terminal({
      fontFamily: '"IBM Plex Mono", ui-monospace, monospace',
      fontSize: 13,
      lineHeight: 1.15,
      cursorBlink: true,
      allowProposedApi: true,
      scrollback: 10_000,
    });
    const fit = new FitAddon();
    const search = new SearchAddon();
    for (const addon of [fit, search]) xterm.loadAddon(addon);
    xterm.open(element);
    xterm.textarea?.setAttribute('aria-label', label);
    xterm.textarea?.setAttribute('aria-description', say('screen.release'));
    terminal.current = xterm;
    const wire = connect(
      unit,
      line,
      xterm,
      (link) => events.current.onLink(link),
      (bytes) => setSkipped((before) => before + bytes),
    );
    const wayOut = new WayOut();
    xterm.attachCustomKeyEventHandler((event) => {
      if (event.type === 'keydown') wayOut.down(event);
      else if (event.type === 'keyup' && wayOut.up()) events.current.onRelease();
      return ownKeys(event, xterm, () => events.current.onFind());
    });
    handle.current = {
      find: (text, back) => (back ? search.findPrevious(text) : search.findNext(text)),
      text: () => wholeText(xterm),
      paste: (text) => xterm.paste(text),
      send: (text) => wire.send(text),
      selection: () => xterm.getSelection(),
      clear: () => xterm.clear(),
      focus: () => xterm.focus(),
    };
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 20 && element.clientHeight > 20) fit.fit();
    });
    resize.observe(element);
    xterm.focus();
    return () => {
      resize.disconnect();
      wire.end();
      xterm.dispose();
      terminal.current = null;
      handle.current = null;
    };
  }, [unit, line, label, handle]);

  useEffect(() => {
    if (terminal.current === null) return;
    terminal.current.options = {
      fontSize: consoleFontSize,
      scrollback: consoleScrollback,
      screenReaderMode: screenReader,
      theme: dark ? DARK : LIGHT,
    };
    // The size of a cell has changed: the observer fits it again.
    const element = box.current;
    if (element !== null) {
      element.style.paddingBottom = '1px';
      requestAnimationFrame(() => {
        element.style.paddingBottom = '';
      });
    }
  }, [consoleFontSize, consoleScrollback, screenReader, dark]);

  return (
    <div className="terminal" style={{ background: dark ? '#101214' : '#fdfcfa' }}>
      <div ref={box} className="terminal-box" />
      {skipped > 0 && (
        <span className="terminal-skipped">
          {say('console.skipped', { kib: Math.round(skipped / 1024).toLocaleString('en') })}
        </span>
      )}
    </div>
  );
}

/** Everything the console remembers, long lines joined again. */
function wholeText(xterm: Terminal): string {
  const { normal } = xterm.buffer;
  let text = '';
  for (let row = 0; row < normal.length; row++) {
    const line = normal.getLine(row);
    if (line !== undefined) text += `${row > 0 && !line.isWrapped ? '\n' : ''}${line.translateToString(true)}`;
  }
  return `${text.trimEnd()}\n`;
}

/** Keys that belong to the window although the console has the focus: all carry Ctrl and Shift. */
function ownKeys(event: KeyboardEvent, xterm: Terminal, find: () => void): boolean {
  if (event.type !== 'keydown' || !(event.ctrlKey || event.metaKey) || !event.shiftKey) return true;
  if (event.code === 'KeyF') find();
  else if (event.code === 'KeyC') void navigator.clipboard.writeText(xterm.getSelection());
  else if (event.code === 'KeyV') void navigator.clipboard.readText().then((text) => xterm.paste(text));
  else return true;
  event.preventDefault();
  return false;
}

function connect(
  unit: string,
  line: 'serial' | 'boot',
  xterm: Terminal,
  linked: (link: Link) => void,
  skip: (bytes: number) => void,
): { send(text: string): void; end(): void } {
  let port: MessagePort | undefined;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  /** Pieces of the past that are being written: a terminal that answered what was asked then would type into what runs now. */
  let past = 0;
  const replies = QUESTIONS.map((question) => xterm.parser.registerCsiHandler(question, () => past > 0));
  const encoder = new TextEncoder();
  const say_ = (message: ToConsole): void => port?.postMessage(message);
  const again = (): void => {
    if (over) return;
    linked('lost');
    timer = setTimeout(() => void open(), RETRY);
  };
  /** Once for each port, whichever way its end is told. */
  const lose = (gone: MessagePort | undefined): void => {
    if (gone === undefined || port !== gone) return;
    port = undefined;
    gone.close();
    again();
  };
  const open = async (): Promise<void> => {
    linked('connecting');
    let opened: MessagePort;
    try {
      opened = await openStream({ kind: 'console', unit, line });
    } catch {
      again();
      return;
    }
    if (over) {
      opened.close();
      return;
    }
    port = opened;
    if (!first) xterm.reset();
    first = false;
    opened.addEventListener('close', () => lose(opened));
    opened.onmessage = (event: MessageEvent<FromConsole>) => {
      const message = event.data;
      if (message.type === 'ended') {
        lose(opened);
        return;
      }
      linked('open');
      if (message.skipped > 0) skip(message.skipped);
      if (message.past) past += 1;
      xterm.write(message.bytes, () => {
        if (message.past) past -= 1;
        say_({ type: 'shown', bytes: message.bytes.length });
      });
    };
    linked('open');
  };
  // A process that was killed cannot close its ports.
  const died = on('process.changed', ({ process }) => {
    if (process.unit === instanceOf(unit) && process.pid === null) lose(port);
  });
  void open();
  const keys = xterm.onData((text) => say_({ type: 'keys', bytes: encoder.encode(text) }));
  const binary = xterm.onBinary((text) => say_({ type: 'keys', bytes: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) }));
  return {
    send: (text) => say_({ type: 'keys', bytes: encoder.encode(text) }),
    end: () => {
      over = true;
      died();
      clearTimeout(timer);
      for (const each of [keys, binary, ...replies]) each.dispose();
      port?.close();
    },
  };
}
