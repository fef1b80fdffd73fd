/** The life of a domain on the Blanket: changed, paused, saved, restored and rebooted, it goes on; gone, it leaves nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lifecycle } from './lifecycle.ts';

it('is led by a real guest, and leaks nothing', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blanket-life-'));
  try {
    const left = await lifecycle(folder, { flavour: 'kvm', reboots: 1, pause: 600, say: () => undefined });
    expect(left).toEqual({ domains: 0, frames: 0, grants: 0, events: 0, watches: 0, nodes: 0, transactions: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
