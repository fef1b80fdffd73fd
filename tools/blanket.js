/**
 * Starts the command line from one file that holds all its modules, and makes that file anew when a source is newer:
 * finding and translating four hundred modules at every start took longer than Node and the program together.
 * Plain JavaScript, because nothing is there yet that would translate it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** As deep in the tree as core/cli/shipped.ts, so that it finds the same files beside it. */
const bundle = join(root, 'dist/cli/blanket.js');

/** Milliseconds since 1970; 0 for a file that is not there. */
const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isStale() {
  const made = changed(bundle);
  const sources = readdirSync(join(root, 'core'), { recursive: true, encoding: 'utf8' });
  return (
    [import.meta.filename, join(root, 'package-lock.json')].some((file) => changed(file) > made) ||
    sources.some((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && changed(join(root, 'core', name)) > made)
  );
}

/** Whoever starts at the same time sees the old file or the new one, never half of it. */
async function make() {
  // A program that does not fit its interpreter corrupts what it runs.
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'core/tables/build-hot.ts')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  const { build } = await import('esbuild');
  const unfinished = `${bundle}.${process.pid}.new`;
  await build({
    entryPoints: [join(root, 'core/cli/main.ts')],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    // Packages in the older module format ask for Node's own modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  renameSync(unfinished, bundle);
}

if (isStale()) await make();
await import(bundle);
