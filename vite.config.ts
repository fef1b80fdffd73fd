/** Builds the application: one environment per entry, so that no two entries share a chunk. */

import { copyFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type EnvironmentOptions } from 'vite';

const root = import.meta.dirname;
const builtIn = [...builtinModules, ...builtinModules.map((name) => `node:${name}`), 'electron'];
/** Tests build a second application whose worlds are scripted; see e2e/scripted. */
const scripted = process.env.BLANKET_SCRIPTED === '1';
const out = resolve(root, scripted ? 'dist/scripted' : 'dist/app');
const watching = process.env.BLANKET_SOURCE_MAPS === '1';

function nodeEntry(file: string, name: string, format: 'cjs' | 'es'): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: builtIn, conditions: ['node', 'import', 'default'] },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: out,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: watching,
      copyPublicDir: false,
      ssr: true,
      rolldownOptions: {
        input: resolve(root, file),
        external: builtIn,
        output: { format, entryFileNames: name, codeSplitting: false },
      },
    },
  };
}

export default defineConfig({
  root: resolve(root, 'renderer'),
  base: './',
  publicDir: resolve(root, 'assets/icons'),
  plugins: [react()],
  resolve: {
    alias: scripted
      ? [{ find: /^.*\/core\/worlds\/catalogue\.ts$/, replacement: resolve(root, 'e2e/scripted/catalogue.ts') }]
      : [],
  },
  environments: {
    client: {
      build: {
        outDir: resolve(out, 'window'),
        emptyOutDir: true,
        target: 'chrome140',
        sourcemap: watching,
        assetsInlineLimit: 0,
        chunkSizeWarningLimit: 2000,
        rolldownOptions: { input: resolve(root, 'renderer/index.html') },
      },
    },
    main: nodeEntry('main/app.ts', 'main.cjs', 'cjs'),
    preload: nodeEntry('main/bridge/preload.ts', 'preload.cjs', 'cjs'),
    world: nodeEntry('main/processes/world.ts', 'world.mjs', 'es'),
    clouds: nodeEntry('main/processes/clouds.ts', 'clouds.mjs', 'es'),
    imageMaker: nodeEntry('main/processes/image-maker.ts', 'image-maker.mjs', 'es'),
    planChecker: nodeEntry('main/processes/plan-checker.ts', 'plan-checker.mjs', 'es'),
    planner: nodeEntry('main/processes/planner.ts', 'planner.mjs', 'es'),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
      // The compiled interpreter lies beside the process that runs it.
      await copyFile(resolve(root, 'core/hardware/cpu/hot/build/hot.wasm'), resolve(out, 'engine.wasm'));
    },
  },
});
