/** Starts Chromium for the stand-in: a pipe for us, and a debugging port only when a test driver asks for one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Cdp } from './cdp.ts';

export interface Started {
  readonly cdp: Cdp;
  readonly process: ChildProcess;
}

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function chromiumPath(): string | undefined {
  return [process.env.BLANKET_CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));
}

export function startChromium(profile: string, debuggingPort: string | undefined, switches: readonly string[]): Promise<Started> {
  const path = chromiumPath();
  if (path === undefined) throw new Error('Chromium is not installed: apt install chromium');
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  const args = [
    `--user-data-dir=${profile}`,
    '--remote-debugging-pipe',
    ...(debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`]),
    ...(display === undefined ? ['--headless=new'] : []),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--no-startup-window',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-sync',
    '--disable-features=Translate,MediaRouter,OptimizationHints',
    '--force-color-profile=srgb',
    '--hide-scrollbars=false',
    '--password-store=basic',
    ...switches,
  ];
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  const [, , errors, toPage, fromPage] = child.stdio;
  // Whole lines: the test driver reads the address of the port from this one.
  createInterface({ input: errors as Readable }).on('line', (line) => {
    if (line.startsWith('DevTools listening on')) process.stderr.write(`${line}\n`);
  });
  const cdp = new Cdp(toPage as Writable, fromPage as Readable);
  return cdp.send('Browser.getVersion').then(() => ({ cdp, process: child }));
}
