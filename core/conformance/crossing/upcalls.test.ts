/** What it costs a nested Xen to hear of all events at its first CPU: their way to the CPU where the driver domain runs. */
import { describe, expect, it } from 'vitest';
import type { FoundDevices } from '../../drivers/discover.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { blanketWorld } from '../../worlds/blanket.ts';
import { xenOutfit } from '../../worlds/xen-outfit.ts';
import { smallWorld } from '../small-world.ts';

const MILLISECOND = 1_000_000;
const READS = 10;
const DISK_SECTORS = 2048;
const SECOND_CPU = 1;

/** Exits of a rented machine of two CPUs, whose driver domain runs on the second, for each of some reads of its disk. */
const exitsOfReads = (perCpuUpcalls: boolean): Record<string, number> => {
  const plugged = { disks: [{ store: memoryDisk(DISK_SECTORS).store, serial: 'one' }], networks: [] };
  const world = blanketWorld({ ...smallWorld({ cpus: 2, perCpuUpcalls, plugged }), outfit: xenOutfit });
  const { domain, platform } = world.domain0;
  domain.vcpu.unit.affinity = 1 << SECOND_CPU;
  let found: FoundDevices | undefined;
  world.domain0.whenReady((devices) => {
    found = devices;
  });
  /** Reads one sector and waits for it, so that each read is announced by an upcall of its own. */
  const read = (): void => {
    let answered = false;
    platform.schedule(0, () =>
      found?.disks[0]?.submit({ kind: 'read', offset: 0, length: 512 }, () => {
        answered = true;
      }),
    );
    for (let turn = 0; turn < 100 && !answered; turn++) world.run(world.now() + MILLISECOND);
    expect(answered).toBe(true);
  };
  for (let turn = 0; turn < 100 && found === undefined; turn++) world.run(world.now() + MILLISECOND);
  // By the first one the port follows its domain.
  read();
  const { ledger } = world.instance;
  const before = ledger.entries();
  for (let index = 0; index < READS; index++) read();
  return Object.fromEntries(
    ['call', 'external-interrupt', 'msr-write', 'device'].map((reason) => [
      reason,
      (ledger.of(reason).count - (before[reason]?.count ?? 0)) / READS,
    ]),
  );
};

describe('a nested Xen', () => {
  it('hears of an event where its driver domain runs, by one exit, or at its first CPU, and has to pass it on', () => {
    const [everyCpu, firstCpu] = [exitsOfReads(true), exitsOfReads(false)];
    // The request is one call either way. In `device` is the message to the CPU that is to start reading.
    expect(everyCpu).toMatchObject({ call: 1, 'external-interrupt': 1, 'msr-write': 0 });
    // The line has to be ended at the local APIC, and another message brings the event to the second CPU.
    expect(firstCpu).toMatchObject({ call: 1, 'external-interrupt': 1, 'msr-write': 1 });
    expect((firstCpu.device ?? 0) - (everyCpu.device ?? 0)).toBe(1);
  });
});
