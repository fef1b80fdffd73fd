/** Before all tests: the programs they compare against are there, or are installed, or it is said how. */
import { spawnSync } from 'node:child_process';
import { TOOLS } from './tools.table.ts';

const present = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs through apt where that is allowed; elsewhere the run ends here with the command to type. */
export function setup(): void {
  const packages = Object.entries(TOOLS).flatMap(([program, names]) => (present(program) ? [] : names.split(' ')));
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
