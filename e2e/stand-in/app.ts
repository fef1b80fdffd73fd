/** The `app` object of the stand-in: life cycle, folders, single instance. */
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type PathName = 'userData' | 'appData' | 'home' | 'temp' | 'downloads' | 'logs' | 'exe';

class StandInApp extends EventEmitter {
  readonly switches: string[] = [];
  readonly commandLine = {
    appendSwitch: (name: string, value = ''): void => {
      this.switches.push(value === '' ? `--${name}` : `--${name}=${value}`);
    },
    hasSwitch: (name: string): boolean =>
      process.argv.some((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`)),
    getSwitchValue: (name: string): string =>
      process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '',
  };
  /** Called once by the host when Chromium is there. */
  becomeReady: () => void = () => undefined;
  /** Ends the host; set by the entry. */
  finish: (code: number) => void = (code) => process.exit(code);
  /** Closes every window; false if one refused. */
  closeWindows: () => boolean = () => true;
  private readonly readiness: Promise<void>;
  private ready = false;
  private name = 'Electron';
  private folder = '.';
  private version = '0';
  private readonly paths = new Map<string, string>();

  constructor() {
    super();
    this.readiness = new Promise((resolve) => {
      this.becomeReady = () => {
        this.ready = true;
        this.emit('ready', {}, {});
        resolve();
      };
    });
  }

  /** The application folder or file given on the command line. @returns its main file */
  open(path: string): string {
    const at = resolve(path);
    if (/\.[cm]?js$/.test(at)) {
      this.folder = dirname(at);
      return at;
    }
    this.folder = at;
    const description = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as {
      name?: string;
      productName?: string;
      version?: string;
      main?: string;
    };
    this.name = description.productName ?? description.name ?? this.name;
    this.version = description.version ?? this.version;
    return resolve(at, description.main ?? 'index.js');
  }

  whenReady = (): Promise<void> => this.readiness;
  isReady = (): boolean => this.ready;
  getAppPath = (): string => this.folder;
  getVersion = (): string => this.version;
  getName = (): string => this.name;
  getLocale = (): string => 'en-US';
  isPackaged = false;
  enableSandbox = (): void => undefined;
  setAppUserModelId = (): void => undefined;
  setAsDefaultProtocolClient = (): boolean => false;
  disableHardwareAcceleration = (): void => undefined;
  focus = (): void => undefined;

  setName(name: string): void {
    this.name = name;
  }

  getPath(name: PathName): string {
    const chosen = this.paths.get(name);
    if (chosen !== undefined) return chosen;
    const appData = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
    const given = this.commandLine.getSwitchValue('user-data-dir');
    const userData = given === '' ? join(appData, this.name) : given;
    const known: Record<PathName, string> = {
      userData,
      appData,
      home: homedir(),
      temp: tmpdir(),
      downloads: join(homedir(), 'Downloads'),
      logs: join(userData, 'logs'),
      exe: process.argv[0] ?? '',
    };
    if (name === 'userData') mkdirSync(userData, { recursive: true });
    return known[name];
  }

  setPath(name: PathName, path: string): void {
    this.paths.set(name, path);
  }

  requestSingleInstanceLock(): boolean {
    const socket = join(this.getPath('userData'), 'stand-in.sock');
    const server = createServer((connection) => {
      let text = '';
      connection.on('data', (chunk) => {
        text += chunk.toString();
      });
      connection.on('end', () => this.emit('second-instance', {}, JSON.parse(text), process.cwd(), null));
    });
    server.on('error', () => {
      const other = createConnection(socket);
      other.on('connect', () => {
        other.end(JSON.stringify(process.argv));
        other.on('close', () => process.exit(0));
      });
      other.on('error', () => {
        rmSync(socket, { force: true });
        server.listen(socket);
      });
    });
    server.listen(socket);
    server.unref();
    return true;
  }

  quit(): void {
    let refused = false;
    const event = {
      preventDefault: () => {
        refused = true;
      },
      defaultPrevented: false,
    };
    this.emit('before-quit', event);
    if (refused || !this.closeWindows()) return;
    this.emit('will-quit', event);
    this.exit(0);
  }

  exit(code = 0): void {
    this.emit('quit', {}, code);
    this.finish(code);
  }
}

export const app = new StandInApp();
