/** What a driver domain reads, writes and sends really crosses the layer below: whole stacks, put together as for the command line. */
import { describe, expect, it } from 'vitest';
import { Errno } from '../../abi/xen/errno.table.ts';
import { AddToPhysmap } from '../../abi/xen/hvm.table.ts';
import { HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
import { MemoryOp } from '../../abi/xen/memory.table.ts';
import { random } from '../../base/random.ts';
import type { FoundDevices } from '../../drivers/discover.ts';
import { passOf } from '../../hypervisors/blanket/passes.table.ts';
import { driverAccessOf } from '../../hypervisors/xen/native/driver-access.ts';
import { createSwitch } from '../../network/switch.ts';
import type { BlockQueue, BlockRequest } from '../../seams/plugs.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { type BlanketWorld, blanketWorld } from '../../worlds/blanket.ts';
import { macOf } from '../../worlds/fabric.ts';
import { kvmOutfit } from '../../worlds/outfit.ts';
import { type PvOptions, type PvWorld, pvWorld } from '../../worlds/pv.ts';
import { xenOutfit } from '../../worlds/xen-outfit.ts';
import { smallWorld } from '../small-world.ts';

/** 4 MiB. */
const DISK_SECTORS = 8192;
const MILLISECOND = 1_000_000;

/** A world with one disk and one card, and what its driver domain has found. */
const crossing = <W extends PvWorld>(make: (options: PvOptions) => W, cpus = 1) => {
  const disk = memoryDisk(DISK_SECTORS);
  const wires = createSwitch();
  const peer = wires.plug('peer');
  const heard: Uint8Array[] = [];
  peer.onFrame((frame) => {
    heard.push(frame);
    return true;
  });
  const plugged = {
    disks: [{ store: disk.store, serial: 'one' }],
    networks: [{ port: wires.plug('card'), mac: macOf(9) }],
  };
  const world = make(smallWorld({ cpus, plugged }));
  const run = (): void => void world.run(world.now() + 20 * MILLISECOND);
  let found: FoundDevices | undefined;
  world.domain0.whenReady((devices) => {
    found = devices;
  });
  run();
  const { disks, networks } = found ?? expect.unreachable();
  /** Does `task` in the driver domain's time, and lets the world go on. */
  const within = (task: () => void): void => {
    world.domain0.platform.schedule(0, task);
    run();
  };
  const ask = (...requests: BlockRequest[]): (Uint8Array | undefined)[] => {
    const answers: (Uint8Array | undefined)[] = [];
    within(() => {
      for (const [index, request] of requests.entries())
        disks[0]?.submit(request, (bytes) => {
          answers[index] = bytes;
        });
    });
    return answers;
  };
  return { world, disk, peer, heard, disks, networks, within, ask };
};

const STACKS = {
  pv: (options: PvOptions) => pvWorld(options),
  'blanket-kvm': (options: PvOptions) => blanketWorld({ ...options, outfit: kvmOutfit }),
  'blanket-xen': (options: PvOptions) => blanketWorld({ ...options, outfit: xenOutfit }),
} as const;

const frameTo = (fill: number): Uint8Array => {
  const frame = new Uint8Array(200).fill(fill);
  frame.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 5]);
  return frame;
};

const exits = (world: BlanketWorld): Record<string, number> =>
  Object.fromEntries(Object.entries(world.instance.ledger.entries()).map(([reason, { count }]) => [reason, count]));

describe('a driver domain', () => {
  it.each(Object.entries(STACKS))('has the disk and the card of the machine on %s', (_, make) => {
    for (const cpus of [1, 2]) {
      const { disk, peer, heard, disks, networks, within, ask } = crossing(make, cpus);
      expect([disks.length, networks.length, disks[0]?.sectors]).toEqual([1, 1, 8192]);
      const bytes = Uint8Array.from({ length: 300 * 512 }, (_value, index) => index * 31);
      expect(ask({ kind: 'write', offset: 4096, bytes })).toHaveLength(1);
      expect(ask({ kind: 'flush' })).toHaveLength(1);
      expect(disk.log.at(-1)).toBe('flush');
      expect(Buffer.compare(disk.content.subarray(4096, 4096 + bytes.length), bytes)).toBe(0);
      const [read] = ask({ kind: 'read', offset: 4096, length: bytes.length });
      expect(Buffer.compare(read ?? new Uint8Array(), bytes)).toBe(0);
      const received: Uint8Array[] = [];
      networks[0]?.onFrame((frame) => {
        received.push(frame);
        return true;
      });
      within(() => void networks[0]?.send(frameTo(1)));
      peer.send(frameTo(2));
      within(() => {});
      expect([heard, received]).toEqual([[frameTo(1)], [frameTo(2)]]);
    }
  });

  it.each(Object.entries(STACKS))('keeps and carries what it is given under load on %s', (_, make) => {
    const seed = 20261128;
    const chance = random(seed);
    const { disk, peer, heard, disks, networks, within } = crossing(make);
    // Whole sectors at random places, many at once; where two meet, the later one is to win, so they do not.
    const expected = new Uint8Array(disk.content.length);
    let answered = 0;
    within(() => {
      for (let slot = 0; slot < 64; slot++) {
        const bytes = new Uint8Array(512 * (1 + chance.below(120))).fill(1 + chance.below(255));
        const offset = slot * 64 * 1024 + 512 * chance.below(8);
        expected.set(bytes, offset);
        disks[0]?.submit({ kind: 'write', offset, bytes }, (done) => {
          if (done !== undefined) answered += 1;
        });
      }
    });
    expect([seed, answered, Buffer.compare(disk.content, expected)]).toEqual([seed, 64, 0]);
    const [card] = networks;
    const received: number[] = [];
    card?.onFrame((frame) => {
      received.push(frame.at(-1) ?? -1);
      return true;
    });
    let sent = 0;
    const send = (): void => {
      while (sent < 1000 && card?.send(frameTo(sent & 0xff)) === true) sent += 1;
    };
    card?.onRoom(send);
    within(send);
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 50; index++) peer.send(frameTo((round * 50 + index) & 0xff));
      within(() => {});
    }
    const counting = Array.from({ length: 1000 }, (_value, index) => index & 0xff);
    expect([sent, heard.map((frame) => frame.at(-1)), received]).toEqual([1000, counting, counting]);
  });

  /** Exits that `task` of the driver domain costs, beyond those of a task that does nothing. */
  const costOf = (
    { world, within }: { world: BlanketWorld; within(task: () => void): void },
    task: () => void,
    reasons: readonly string[],
  ): number[] => {
    const before = exits(world);
    within(() => {});
    const idle = exits(world);
    within(task);
    const after = exits(world);
    return reasons.map((reason) => (after[reason] ?? 0) - 2 * (idle[reason] ?? 0) + (before[reason] ?? 0));
  };
  const readOne = (disk: BlockQueue | undefined) => () => disk?.submit({ kind: 'read', offset: 0, length: 512 }, () => {});

  it('asks a KVM below by registers of its devices and is answered by interrupts', () => {
    const made = crossing(STACKS['blanket-kvm']);
    // Notification and interrupt status; the interrupt; its end.
    const reasons = ['device', 'external-interrupt', 'msr-write', 'call'];
    expect(costOf(made, readOne(made.disks[0]), reasons)).toEqual([2, 1, 1, 0]);
    expect(made.world.xen.statistics.blanket.size).toBe(0);
  });

  it('asks a Xen below by Blanket hypercalls and is answered by upcalls', () => {
    const made = crossing(STACKS['blanket-xen']);
    const sent = made.world.xen.statistics.blanket.get('event_channel_op')?.passed ?? 0;
    const reasons = ['device', 'external-interrupt', 'msr-write', 'call'];
    expect(costOf(made, readOne(made.disks[0]), reasons)).toEqual([0, 1, 0, 1]);
    expect(made.world.xen.statistics.blanket.get('event_channel_op')?.passed).toBe(sent + 1);
    expect(made.world.outfit.statistics?.()).toMatchObject({ blocks: [{ reads: 1, errors: 0, sectors: 1 }] });
  });

  it('has nothing passed but the Blanket hypercalls, and those only for itself', () => {
    const { world } = crossing(STACKS['blanket-xen']);
    const { blanket } = driverAccessOf(world.domain0.domain);
    const calls = (): number => exits(world).call ?? 0;
    const before = calls();
    const argument = new Uint8Array(64).fill(0xff);
    for (const { name } of HYPERCALLS) {
      for (let sub = 0; sub < 40; sub++) {
        if (passOf(name, sub) === undefined)
          expect([name, sub, blanket.pass(name, sub, argument)]).toEqual([name, sub, -Errno.EOPNOTSUPP]);
      }
    }
    const other = new Uint8Array(AddToPhysmap.SIZE);
    new DataView(other.buffer).setUint16(AddToPhysmap.domain, 5, true);
    expect(blanket.pass('memory_op', MemoryOp.add_to_physmap, other)).toBe(-Errno.EPERM);
    expect(blanket.pass('memory_op', MemoryOp.add_to_physmap, other.subarray(0, 8))).toBe(-Errno.EFAULT);
    expect(calls()).toBe(before);
  });
});
