/** Builds the stand-in host into one folder that ELECTRON_OVERRIDE_DIST_PATH may name. */
import { chmodSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const out = resolve(import.meta.dirname, '../../dist/stand-in');
const name = process.env.STAND_IN_ENTRY === 'child' ? 'utility-child' : 'electron';

export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  plugins: [
    {
      name: 'executable',
      closeBundle() {
        if (name !== 'electron') return;
        chmodSync(resolve(out, 'electron'), 0o755);
        writeFileSync(resolve(out, 'package.json'), '{ "type": "commonjs" }\n');
      },
    },
  ],
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: resolve(import.meta.dirname, `${name}.ts`),
      external: [...builtinModules, ...builtinModules.map((it) => `node:${it}`)],
      output: {
        format: 'cjs',
        entryFileNames: name === 'electron' ? 'electron' : 'utility-child.cjs',
        codeSplitting: false,
        banner: name === 'electron' ? '#!/usr/bin/env node' : '',
      },
    },
  },
});
