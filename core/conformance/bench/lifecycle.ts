/** The subject `lifecycle`: a domain changed, paused for an hour, saved, restored and rebooted 100 times; what is left then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifecycle as lead } from '../fleet/lifecycle.ts';
import type { Case, Readings, Subject } from './subject.ts';

const REBOOTS = 100;
const PAUSE = 3600;
const FLAVOURS = ['kvm', 'xen'] as const;

async function life(flavour: (typeof FLAVOURS)[number]): Promise<Readings> {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-life-'));
  const begun = performance.now();
  try {
    const { frames, grants, events, watches, nodes, domains, transactions } = await lead(folder, {
      flavour,
      reboots: REBOOTS,
      pause: PAUSE,
      say: (line) => process.stderr.write(`  ${line}\n`),
    });
    const others = nodes + domains + transactions;
    return { wall: (performance.now() - begun) / 1000, frames, grants, events, watches, others };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const none = ['frames', 'grants', 'events', 'watches', 'others'] as const;

const cases: readonly Case[] = [
  {
    name: `a domain's life: vCPUs, memory and devices changed, ${PAUSE} s paused, saved and restored, ${REBOOTS} reboots`,
    contestants: FLAVOURS.map((name) => ({ name, run: () => life(name) })),
    bounds: FLAVOURS.flatMap((of) => none.map((quantity) => ({ quantity, of, atLeast: 0, atMost: 0 }))),
    notes: ['What is in use after the domain is gone, beyond what was before it was made.'],
  },
];

export const lifecycle: Subject = {
  summary: `live changes, an hour's pause, save and restore, ${REBOOTS} reboots; leaks`,
  cases: () => cases,
};
