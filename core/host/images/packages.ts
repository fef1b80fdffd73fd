/** Debian packages, fetched and unpacked by the distribution's own tools, without being root and without installing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';

const REMEDY = 'Prepare the image on a Debian computer, or use your own: blanket images import NAME --kernel FILE --initrd FILE.';

interface Failure {
  readonly code?: string;
  readonly stderr?: string;
}

const failure = (error: unknown): Failure => error as Failure;
const lastLine = (text: string | undefined): string => text?.trim().split('\n').at(-1) ?? '';

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
  } catch (error) {
    if (failure(error).code === 'ENOENT') {
      throw new Refusal('packages-unavailable', `The program ${command} is not installed: this is not a Debian system.`, REMEDY, {
        cause: error,
      });
    }
    throw error;
  }
}

export class PackageSource {
  /** Options for lists of our own, once the system's were found wanting. */
  private options: string[];
  private ownLists = false;

  /** @param folder a temporary folder for downloads and, if need be, package lists */
  constructor(private readonly folder: string) {
    // As root apt would drop to another user, who may not write here.
    this.options = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
  }

  /** The package that a meta package stands for at present: its first dependency that matches. */
  resolve(metaPackage: string, pattern: RegExp): { readonly name: string; readonly version: string } {
    const fields = this.withLists(() => {
      const text = run('apt-cache', [...this.options, 'show', '--no-all-versions', metaPackage], this.folder);
      if (text.trim() === '') throw new Error(`no package ${metaPackage}`);
      return text;
    }, metaPackage);
    const depends = /^Depends: (.*)$/m.exec(fields)?.[1] ?? '';
    const name = depends
      .split(/[,|]/)
      .map((each) => each.trim().split(' ')[0] ?? '')
      .find((each) => pattern.test(each));
    if (name === undefined) throw new Refusal('package-unknown', `The package ${metaPackage} names no kernel.`, REMEDY);
    return { name, version: /^Version: (.*)$/m.exec(fields)?.[1] ?? 'unknown' };
  }

  /** Downloads a package and unpacks its files. @returns the folder of the files and the package's version */
  unpack(name: string): { readonly files: string; readonly version: string } {
    const downloads = join(this.folder, name);
    mkdirSync(downloads);
    this.withLists(() => run('apt-get', [...this.options, 'download', name], downloads), name);
    const archive = readdirSync(downloads).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw this.unreachable(name, undefined);
    const files = join(downloads, 'files');
    run('dpkg-deb', ['-x', archive, files], downloads);
    return { files, version: run('dpkg-deb', ['-f', archive, 'Version'], downloads).trim() };
  }

  /** Tries with the system's package lists, then with fresh ones of our own. */
  private withLists(action: () => string, name: string): string {
    try {
      return action();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (this.ownLists) throw this.unreachable(name, error);
    }
    this.update(name);
    try {
      return action();
    } catch (error) {
      throw error instanceof Refusal ? error : this.unreachable(name, error);
    }
  }

  private update(name: string): void {
    const state = join(this.folder, 'apt');
    mkdirSync(join(state, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(state, 'cache', 'archives', 'partial'), { recursive: true });
    this.options = [
      ...this.options,
      '-o',
      `Dir::State::lists=${join(state, 'lists')}`,
      '-o',
      `Dir::Cache=${join(state, 'cache')}`,
    ];
    this.ownLists = true;
    try {
      run('apt-get', [...this.options, 'update', '-q'], this.folder);
    } catch (error) {
      throw error instanceof Refusal ? error : this.unreachable(name, error);
    }
  }

  private unreachable(name: string, error: unknown): Refusal {
    const reason = lastLine(failure(error).stderr);
    return new Refusal(
      'packages-unreachable',
      `The package ${name} could not be fetched${reason === '' ? '' : ` (${reason})`}.`,
      `Check the network connection and the package sources of this computer. ${REMEDY}`,
      { cause: error },
    );
  }
}
