/** Starts the application for a test: with scripted worlds or the real ones, in Electron or in the stand-in host. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import type { Answer, CallName, Request } from '../core/contract/calls.ts';
import type { Envelope } from '../core/contract/refusals.ts';
import { electronFolder } from '../tools/start.ts';

const root = resolve(import.meta.dirname, '..');
/** Milliseconds that starting, and each thing done in a window, may take on a slow and busy computer. */
const PATIENCE = 90_000;
/** Applications that were started and not closed: of a test that failed. */
const open = new Set<ElectronApplication>();

export interface Started {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly folder: string;
  /** Asks the application as the window would. */
  call<N extends CallName>(name: N, request: Request<N>): Promise<Answer<N>>;
  envelope(name: string, request: unknown): Promise<Envelope<unknown>>;
  close(): Promise<void>;
  /** Ends the application as a power failure would; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly folder?: string;
  readonly worlds?: 'scripted' | 'real';
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
}

export async function start({
  folder = mkdtempSync(join(tmpdir(), 'blanket-e2e-')),
  worlds = 'scripted',
  env = {},
  args = [],
}: StartOptions = {}): Promise<Started> {
  // Playwright reads this in its own process, too.
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH === undefined && electronFolder(false) === undefined)
    process.env.ELECTRON_OVERRIDE_DIST_PATH = join(root, 'dist/stand-in');
  const app = await _electron.launch({
    args: [worlds === 'real' ? '.' : 'dist/scripted/main.cjs', `--user-data-dir=${folder}`, ...args],
    cwd: root,
    env: { ...(process.env as Record<string, string>), BLANKET_SCRIPTED_STEP: '2', ...env },
    timeout: PATIENCE,
  });
  open.add(app);
  app.once('close', () => open.delete(app));
  app.context().setDefaultTimeout(PATIENCE);
  const window = await app.firstWindow({ timeout: PATIENCE });
  await window.waitForSelector('.shell');
  const envelope = (name: string, request: unknown): Promise<Envelope<unknown>> =>
    window.evaluate(
      ([call, asked]) =>
        (globalThis as unknown as { desk: { call(name: unknown, request: unknown): Promise<Envelope<unknown>> } }).desk.call(
          call,
          asked,
        ),
      [name, request] as const,
    );
  return {
    app,
    window,
    folder,
    envelope,
    call: async (name, request) => {
      const answer = await envelope(name, request);
      if (!answer.ok) throw new Error(`${name}: ${answer.refusal.code}: ${answer.refusal.message}`);
      return answer.value as never;
    },
    close: async () => {
      await envelope('settings.write', { change: { onClose: 'save' } }).catch(() => undefined);
      await app.close();
    },
    kill: async () => {
      const gone = new Promise((resolve) => app.process().once('exit', resolve));
      app.process().kill('SIGKILL');
      await gone;
    },
  };
}

/** A test with a fresh application; whatever a test leaves running is ended after it. */
export const test = base.extend<{ desk: Started; tidy: undefined }>({
  tidy: [
    // biome-ignore lint/correctness/noEmptyPattern: the form Playwright asks for
    async ({}, use) => {
      // What was started before is that of the whole file, which ends it itself.
      const before = new Set(open);
      await use(undefined);
      for (const app of open) {
        if (before.has(app)) continue;
        app.process().kill('SIGKILL');
        open.delete(app);
      }
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: the form Playwright asks for
  desk: async ({}, use) => {
    const desk = await start();
    await use(desk);
    await desk.close();
    rmSync(desk.folder, { recursive: true, force: true });
  },
});

export { expect } from '@playwright/test';
