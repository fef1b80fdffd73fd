/** Before all tests: the application with scripted worlds, and the stand-in host where there is no Electron program. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildApp, buildStandIn, electronFolder } from '../tools/start.ts';

const root = resolve(import.meta.dirname, '..');

export default function build(): void {
  if (process.env.BLANKET_E2E_BUILT === '1') return;
  buildApp({ BLANKET_SCRIPTED: '1' });
  buildApp();
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH === undefined && electronFolder(false) === undefined) buildStandIn();
  if (!existsSync(join(root, 'dist/scripted/main.cjs'))) throw new Error('the application was not built');
}
