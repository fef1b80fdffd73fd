/** The subject `loops`: small programs without a system, the same bytes on every computer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../../../base/refusal.ts';
import { runBlanket, runQemu } from '../computers.ts';
import { type Measured, type Moment, measureProcess, type Watch } from '../measured-process.ts';
import type { Bound, Case, Contestant, Readings, Subject } from '../subject.ts';
import { EXIT_STATUS, Listener, type LoopProgram, loopKernel, type Width } from './kernel.ts';
import { PROGRAMS } from './programs.table.ts';

const MEMORY = 64;
const V86_RUN = fileURLToPath(new URL('./v86-run.ts', import.meta.url));

interface Computer {
  readonly name: string;
  readonly status: number;
  readonly widths: readonly Width[];
  run(kernel: string, watch: Watch): Promise<Measured>;
}

const COMPUTERS: readonly Computer[] = [
  {
    name: 'blanket',
    status: EXIT_STATUS,
    widths: [32, 64],
    run: (kernel, watch) => runBlanket({ kernel, memory: MEMORY }, [], watch),
  },
  { name: 'qemu', status: EXIT_STATUS, widths: [32, 64], run: (kernel, watch) => runQemu({ kernel, memory: MEMORY }, watch) },
  {
    name: 'v86',
    status: 0,
    widths: [32],
    run: (kernel, watch) => measureProcess(process.execPath, ['--import', 'tsx', V86_RUN, kernel, String(MEMORY)], watch),
  },
];

/** All must come to the same result, whoever comes first. */
class Agreement {
  private result: number | undefined;

  /** @throws Refusal if this result is another than the first */
  hold(who: string, result: number): void {
    this.result ??= result;
    if (result === this.result) return;
    const [a, b] = [result, this.result].map((value) => value.toString(16));
    throw new Refusal('results-differ', `${who} computed ${a}, the first computed ${b}.`, 'One of the computers is wrong.');
  }
}

function contestant(computer: Computer, instructions: number, kernel: () => Uint8Array, agreement: Agreement): Contestant {
  const { name } = computer;
  return {
    name,
    run: async (): Promise<Readings> => {
      const folder = mkdtempSync(join(tmpdir(), 'blanket-loop-'));
      try {
        const file = join(folder, 'kernel');
        writeFileSync(file, kernel());
        const listener = new Listener<Moment>();
        const measured = await computer.run(file, { heard: (text, at) => listener.hear(text, at) });
        const { told } = listener;
        if (told === undefined || measured.status !== computer.status) {
          const end = `${name} ended with status ${measured.status}: ${measured.errors.slice(-500)}`;
          throw new Refusal('loop-failed', end, 'Run it alone: npm run bench -- loops --only NAME');
        }
        agreement.hold(name, told.result);
        const [wall, cpu] = [told.end.wall - told.begin.wall, told.end.cpu - told.begin.cpu];
        return { wall, cpu, speed: instructions / cpu / 1e6 };
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** Half of QEMU's speed; for calls v86's. */
const bounds = (name: string): readonly Bound[] =>
  name === 'fib'
    ? [{ quantity: 'speed', of: 'blanket', against: 'v86', atLeast: 1 }]
    : [{ quantity: 'speed', of: 'blanket', against: 'qemu', atLeast: 0.5 }];

function loopCase(name: string, program: LoopProgram, width: Width): Case {
  const turns = program.turns.bench;
  const kernel = (): Uint8Array => loopKernel(program, width, turns);
  const agreement = new Agreement();
  const computers = COMPUTERS.filter((computer) => computer.widths.includes(width));
  const judged = bounds(name).filter(({ against }) => computers.some((computer) => computer.name === against));
  return {
    name: `${name}, ${width}-bit: ${program.summary}`,
    contestants: computers.map((computer) => contestant(computer, program.instructions(turns, width), kernel, agreement)),
    bounds: judged,
    notes: width === 64 ? ['v86 does not take part: it is a 32-bit processor.'] : [],
  };
}

const WIDTHS: readonly Width[] = [32, 64];

export const loops: Subject = {
  summary: 'register, hash, copy and fib loops without a system, beside QEMU and v86',
  cases: () => WIDTHS.flatMap((width) => Object.entries(PROGRAMS).map(([name, program]) => loopCase(name, program, width))),
};
