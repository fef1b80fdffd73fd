/** The subject `crashes`: a guest writes to its disk, the process is killed at a random point; nothing that was synced may be lost. */
import { randomInt } from 'node:crypto';
import { CrashRounds } from '../fleet/crash-rounds.ts';
import type { Case, Subject } from './subject.ts';

/** Seeds are 32 bits wide. */
const SEEDS = 2 ** 32;

async function cases(): Promise<Case[]> {
  const seed = randomInt(SEEDS);
  const rounds = new CrashRounds({ seed, provider: 'gce-kvm', type: 'e2-highcpu-2', mib: 1024 });
  await rounds.prepare();
  process.once('exit', () => rounds.close());
  return [
    {
      name: 'an ext4 disk of 1 GiB, written and synced; kill -9; e2fsck; every synced byte read again',
      contestants: [
        {
          name: 'blanket',
          run: async () => {
            const { killedAfter, synced } = await rounds.run();
            return { killed: killedAfter, synced };
          },
        },
      ],
      notes: [`Seed ${seed}. A round that loses a byte, or whose file system is not clean, ends the run with status 1.`],
    },
  ];
}

export const crashes: Subject = { summary: 'a disk survives kill -9 at random points: --rounds 100 for a hundred', cases };
