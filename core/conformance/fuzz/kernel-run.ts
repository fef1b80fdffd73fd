/**
 * Boots kernels that nobody should give a computer. Whatever they are, the outcome is one of those that are meant: a
 * refusal with a remedy, or a run that ends, crashes with a report, or uses up its cycles. Any other error is an offence.
 */
import { random } from '../../base/random.ts';
import { Refusal } from '../../base/refusal.ts';
import { hotWasm } from '../../hardware/testing/hot-wasm.ts';
import { hostCodecs } from '../../host/codecs.ts';
import { bareWorld } from '../../worlds/bare.ts';
import { crashReport } from '../../worlds/crash.ts';
import { type KernelCase, randomKernel } from './kernel-files.ts';

export interface KernelReport {
  readonly cases: number;
  /** How many ended in which way; refusals by their code. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly offences: readonly string[];
}

export interface KernelRun {
  readonly seed: number;
  readonly cases: number;
  /** Where unpacked kernels may be kept. */
  readonly folder: string;
  /** A whole kernel to be damaged, instead of made-up ones. */
  readonly given?: Uint8Array;
}

const MEMORY = 16 * 2 ** 20;
const CYCLES = 300_000;
const MOST_OFFENCES = 5;

export function runKernels({ seed, cases, folder, given }: KernelRun): KernelReport {
  const wasm = hotWasm();
  const codecs = { ...hostCodecs(folder), remembered: (_: Uint8Array, unpack: () => Uint8Array) => unpack() };
  const outcomes = new Map<string, number>();
  const offences: string[] = [];
  let done = 0;
  for (; done < cases && offences.length < MOST_OFFENCES; done++) {
    // Each case has its own seed, so that it can be run alone.
    const chance = random(seed + done);
    const kernel = randomKernel(chance, given);
    try {
      const outcome = boot(kernel, wasm, codecs, chance.pick([1, 1, 2]));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      offences.push(`seed ${seed + done} (${kernel.name}): ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { cases: done, outcomes, offences };
}

function boot(kernel: KernelCase, wasm: Uint8Array, codecs: ReturnType<typeof hostCodecs>, cpus: number): string {
  try {
    const world = bareWorld({
      wasm,
      memoryBytes: MEMORY,
      cpus,
      frequency: 1e9,
      kernel: { name: 'kernel', bytes: kernel.bytes },
      initrd: undefined,
      modules: [],
      commandLine: 'console=ttyS0',
      codecs,
      serial: { write: () => undefined, onData: () => undefined },
      epoch: 0,
      engine: { memoryBytes: 128 * 2 ** 20 },
    });
    const progress = world.run(CYCLES);
    // The report must stand whatever the kernel has done to its tables.
    crashReport(world);
    return progress.kind === 'ended' ? progress.outcome.kind : progress.kind;
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  }
}
