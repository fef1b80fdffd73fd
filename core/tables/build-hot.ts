/** Compiles the interpreter (AssemblyScript) to hot.wasm, if anything it is made of has changed. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { MEMORY_MAP } from '../hardware/cpu/memory-map.table.ts';
import { generate } from './generate.ts';

const hot = join(dirname(dirname(fileURLToPath(import.meta.url))), 'hardware/cpu/hot');
const output = join(hot, 'build/hot.wasm');

const staticData = MEMORY_MAP.find((place) => place.name === 'staticData')?.value ?? 0;

const OPTIONS = [
  'index.ts',
  '--baseDir',
  hot,
  '--outFile',
  'build/hot.wasm',
  '--runtime',
  'stub',
  '--importMemory',
  '--exportTable',
  '--memoryBase',
  `${staticData}`,
  '--initialMemory',
  '256',
  '--maximumMemory',
  '65536',
  '--noExportMemory',
  '--enable',
  'simd',
  '--noAssert',
  '--use',
  'abort=',
];

/**
 * Optimises in place of the compiler's own -O3, which inlines every function with one caller: the dispatcher would
 * swallow all handlers, and neither tier of V8 makes a usable function of that (15 MIPS instead of more than 100).
 * What is to be inlined says so (\@inline).
 */
class Optimize {
  declare binaryen: Binaryen;

  afterCompile(module: { optimize(): void }): void {
    const { binaryen } = this;
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    binaryen.setAlwaysInlineMaxSize(INLINE_NODES);
    binaryen.setFlexibleInlineMaxSize(INLINE_NODES);
    binaryen.setOneCallerInlineMaxSize(INLINE_NODES);
    module.optimize();
    module.optimize();
  }
}

/** The part of binaryen.js that is used; the compiler hands it to its transforms. */
interface Binaryen {
  setOptimizeLevel(level: number): void;
  setShrinkLevel(level: number): void;
  setAlwaysInlineMaxSize(nodes: number): void;
  setFlexibleInlineMaxSize(nodes: number): void;
  setOneCallerInlineMaxSize(nodes: number): void;
}

const INLINE_NODES = 8;

function sourceHash(): string {
  const hash = createHash('sha256').update(
    OPTIONS.slice(3)
      .filter((option) => option !== hot)
      .join(' '),
  );
  const files = readdirSync(hot, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.endsWith('build'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of files) hash.update(relative(hot, file)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Builds when needed; returns whether it was, and the text of errors. */
async function buildHot(): Promise<{ built: boolean; errors: string }> {
  await generate(false);
  const stamp = sourceHash();
  try {
    readFileSync(output);
    if (readFileSync(`${output}.stamp`, 'utf8') === stamp) return { built: false, errors: '' };
  } catch {
    // Never built.
  }
  mkdirSync(dirname(output), { recursive: true });
  const { error, stderr } = await asc.main(OPTIONS, { transforms: [Optimize as never] });
  if (error) return { built: false, errors: stderr.toString() };
  writeFileSync(`${output}.stamp`, stamp);
  return { built: true, errors: '' };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { built, errors } = await buildHot();
  if (errors !== '') {
    process.stderr.write(errors);
    process.exitCode = 1;
  } else if (built) process.stdout.write('hot.wasm built\n');
}
