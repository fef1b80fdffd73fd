/** The folder that holds what belongs to a person: images, disks, machines. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** BLANKET_HOME if set, else `blanket` in the place where the operating system wants such data. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.BLANKET_HOME;
  if (own !== undefined && own !== '') return own;
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Blanket');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Blanket');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'blanket');
}
