/** A guest's disk survives that the process is killed while it writes: the file system is whole, what was synced is there. */
import { expect, it } from 'vitest';
import { CrashRounds } from './crash-rounds.ts';

const SEED = 20;
const ROUNDS = 2;

it(`loses nothing that was synced (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const rounds = new CrashRounds({ seed: SEED, provider: 'gce-kvm', type: 'e2-highcpu-2', mib: 64 });
  try {
    await rounds.prepare();
    for (let round = 0; round < ROUNDS; round++) await rounds.run();
    expect(rounds.promised).toBeGreaterThan(0);
  } finally {
    rounds.close();
  }
});
