/** Before all tests: the programs they compare against are there, or are installed, or it is said how. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FILES, LIBRARIES, TOOLS } from './tools.table.ts';
import { folderOf } from './tools.ts';

const present = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs through apt where that is allowed; elsewhere the run ends here with the command to type. Vitest calls this once. */
export function setup(): void {
  install();
  for (const { debian, path } of Object.values(FILES)) if (!existsSync(join(folderOf(debian), path))) unpack(debian);
}

/** Fetches a package and unpacks it beside the project; whole or not at all. */
function unpack(debian: string): void {
  const target = folderOf(debian);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}.`);
  const command = `(apt-get download ${debian} || { apt-get update -qq && apt-get download ${debian}; }) && dpkg-deb -x ${debian}_*.deb unpacked`;
  const fetched = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  if (fetched.status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(`The tests compare against files of Debian's ${debian}, which cannot be fetched:\n${fetched.stderr}`);
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(join(folder, 'unpacked'), target);
  rmSync(folder, { recursive: true });
}

function install(): void {
  const packages = [
    ...Object.entries(TOOLS).filter(([program]) => !present(program)),
    ...Object.entries(LIBRARIES).filter(([file]) => !existsSync(file)),
  ].flatMap(([, names]) => names.split(' '));
  if (packages.length === 0) return;
  const command = `apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !present('apt-get')) {
    throw new Error(
      `The tests compare against programs that are not installed here. Install them, then run the tests again: sudo ${command}`,
    );
  }
  process.stdout.write(`installing what the tests compare against: ${packages.join(' ')}\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env: environment });
  const installed = spawnSync('sh', ['-c', command], { env: environment, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`${command} failed:\n${installed.stderr}`);
}
