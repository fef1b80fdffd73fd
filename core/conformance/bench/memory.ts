/** The subject `memory`: how much the process of a booted guest takes beyond the memory that its guest has touched. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootReadings, defaultBoot } from './boot.ts';
import { runBlanket } from './computers.ts';
import type { Case, Readings, Subject } from './subject.ts';

const MIB = 2 ** 20;
const FRAME_BYTES = 4096;
const MOST_OVERHEAD = 400;

/** The part of what `--stats` writes that is read here. */
interface Statistics {
  readonly counters: { readonly memoryFrames: number };
}

async function run(): Promise<Readings> {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-memory-'));
  try {
    const file = join(folder, 'statistics.json');
    const measured = await runBlanket(defaultBoot(), ['--stats', file]);
    const { counters } = JSON.parse(readFileSync(file, 'utf8')) as Statistics;
    const [resident, touched] = [measured.resident / MIB, (counters.memoryFrames * FRAME_BYTES) / MIB];
    return { ...bootReadings('blanket', measured), resident, touched, overhead: resident - touched };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const cases = (): Case[] => [
  {
    name: 'a booted guest of 256 MiB',
    contestants: [{ name: 'blanket', run }],
    bounds: [{ quantity: 'overhead', of: 'blanket', atMost: MOST_OVERHEAD }],
    notes: ['touched: frames that the guest has used, with the tables the engine keeps of them.'],
  },
];

export const memory: Subject = { summary: 'memory of the process beyond what its guest touched', cases };
