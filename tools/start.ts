/** Starts the desktop application: builds it when it is older than its sources, and finds something to run it in. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const FETCH_LIMIT = 60_000;

function newest(folder: string): number {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|json|css|html|svg)$/.test(name) && !name.includes('node_modules'))
    .reduce((latest, name) => Math.max(latest, statSync(join(root, folder, name)).mtimeMs), 0);
}

function older(output: string, ...folders: string[]): boolean {
  const file = join(root, output);
  return !existsSync(file) || statSync(file).mtimeMs < Math.max(...folders.map(newest));
}

function vite(args: string[], env: NodeJS.ProcessEnv = {}): void {
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
}

export function buildApp(env: NodeJS.ProcessEnv = {}): void {
  // The application carries the interpreter, which has to be of the same sources.
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'core/tables/build-hot.ts')], { cwd: root, stdio: 'inherit' });
  vite(['--app'], env);
}

export function buildStandIn(): void {
  for (const entry of ['electron', 'child']) vite(['-c', 'e2e/stand-in/vite.config.ts'], { STAND_IN_ENTRY: entry });
}

/** Folder with an Electron program, or undefined; asks the download once, for a limited time. */
export function electronFolder(fetch = true): string | undefined {
  const home = join(root, 'node_modules/electron');
  const found = (): string | undefined => {
    const pathFile = join(home, 'path.txt');
    const binary = existsSync(pathFile) ? join(home, 'dist', readFileSync(pathFile, 'utf8')) : '';
    return binary !== '' && existsSync(binary) ? join(home, 'dist') : undefined;
  };
  if (fetch && found() === undefined)
    spawnSync(process.execPath, [join(home, 'install.js')], { timeout: FETCH_LIMIT, stdio: 'ignore' });
  return found();
}

function chromium(): boolean {
  const there = (): boolean =>
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some((path) => existsSync(path)) ||
    existsSync(process.env.BLANKET_CHROMIUM ?? '/nowhere');
  if (there()) return true;
  if (process.getuid?.() !== 0) return false;
  console.log('Installing Chromium for the stand-in host…');
  spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: 120_000 });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { stdio: 'ignore', timeout: 600_000 });
  return there();
}

function start(): void {
  if (older('dist/app/main.cjs', 'main', 'renderer', 'core', 'assets')) buildApp();
  const real = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? electronFolder();
  let env = process.env;
  // Electron does not start as root with the system's sandbox, which cannot hold root.
  const asRoot = real !== undefined && process.platform === 'linux' && process.getuid?.() === 0;
  if (real !== undefined)
    console.log(`Blanket runs in Electron (${real})${asRoot ? '; as root, so without the sandbox of the system' : ''}.`);
  else {
    if (!chromium()) {
      console.error(
        'Neither Electron nor Chromium is here. Install Chromium (apt install chromium), or let npm fetch Electron (npx install-electron --no).',
      );
      process.exit(1);
    }
    if (older('dist/stand-in/electron', 'e2e/stand-in')) buildStandIn();
    const shown = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
    console.log(
      `Blanket runs in the stand-in host with Chromium, because the Electron program could not be fetched${shown === undefined ? '; without a display, so no window is shown' : ''}.`,
    );
    env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: join(root, 'dist/stand-in') };
  }
  const command = createRequire(import.meta.url).resolve('electron/cli.js');
  const child = spawn(process.execPath, [command, '.', ...(asRoot ? ['--no-sandbox'] : []), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  child.on('exit', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
}

if (process.argv[1] === import.meta.filename) start();
