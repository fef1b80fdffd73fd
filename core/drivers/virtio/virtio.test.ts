/** The virtio drivers against the virtio devices on the board of a PC: negotiation, requests, interrupts, no room, and refusals. */
import { describe, expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { virtioBlock } from '../../devices/virtio/block.ts';
import { virtioNet } from '../../devices/virtio/net.ts';
import { virtioPci } from '../../devices/virtio/pci.ts';
import { createSwitch } from '../../network/switch.ts';
import type { BlockQueue, BlockRequest, BlockStore, FramePort } from '../../seams/plugs.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { discover, type FoundDevices } from '../discover.ts';
import { MachineSide } from '../testing/machine-side.ts';

const SECTORS = 8192;

const found = (side: MachineSide): FoundDevices => {
  let devices: FoundDevices | undefined;
  side.platform.schedule(0, () =>
    discover(side.platform, side.access, { perCpuUpcalls: true }, (ready) => {
      devices = ready;
    }),
  );
  side.run();
  return devices ?? expect.unreachable();
};

const withDisk = (store: BlockStore) => {
  const side = new MachineSide([(place) => virtioPci(virtioBlock(store, 'disk'), place).pci]);
  const [disk] = found(side).disks;
  return { side, disk: disk ?? expect.unreachable() };
};

/** What came of requests that were made at once, in their order. */
const ask = (side: MachineSide, disk: BlockQueue, ...requests: BlockRequest[]): (Uint8Array | undefined | 'nothing')[] => {
  const answers: (Uint8Array | undefined | 'nothing')[] = requests.map(() => 'nothing');
  side.platform.schedule(0, () => {
    for (const [index, request] of requests.entries())
      disk.submit(request, (bytes) => {
        answers[index] = bytes;
      });
  });
  side.run();
  return answers;
};

const same = (left: Uint8Array | undefined | 'nothing', right: Uint8Array): boolean =>
  left instanceof Uint8Array && Buffer.compare(left, right) === 0;

describe('the driver of a virtio disk', () => {
  it('tells what the disk is', () => {
    expect(withDisk(memoryDisk(SECTORS).store).disk).toMatchObject({ sectors: SECTORS, readOnly: false, discards: true });
    const { discard: _none, ...plain } = memoryDisk(SECTORS, { readOnly: true }).store;
    expect(withDisk(plain).disk).toMatchObject({ sectors: SECTORS, readOnly: true, discards: false });
  });

  it('writes, flushes in order, reads back and discards, told by one interrupt for what is done at once', () => {
    const { store, log, content } = memoryDisk(SECTORS);
    const { side, disk } = withDisk(store);
    const bytes = new Uint8Array(9 * 512).fill(0x5a);
    ask(side, disk, { kind: 'write', offset: 4096, bytes }, { kind: 'flush' }, { kind: 'discard', offset: 0, length: 8192 });
    expect(log).toEqual(['write 4096 4608', 'flush', 'discard 0 8192']);
    expect(side.interrupts).toBe(1);
    expect(content.subarray(4096, 4096 + bytes.length)).toEqual(bytes);
    expect(ask(side, disk, { kind: 'read', offset: 4096, length: 9 * 512 })).toEqual([bytes]);
    expect(side.interrupts).toBe(2);
  });

  it('answers every request of a flood, larger ones in pieces', () => {
    const { store, content } = memoryDisk(SECTORS);
    const { side, disk } = withDisk(store);
    const chance = random(7);
    for (let at = 0; at < content.length; at++) content[at] = at * 7 + (at >> 9);
    const requests: BlockRequest[] = Array.from({ length: 300 }, () => {
      const sectors = 1 + chance.below(600);
      return { kind: 'read', offset: 512 * chance.below(SECTORS - sectors), length: 512 * sectors };
    });
    const answers = ask(side, disk, ...requests);
    for (const [index, request] of requests.entries())
      if (request.kind === 'read')
        expect([index, same(answers[index], content.subarray(request.offset, request.offset + request.length))]).toEqual([
          index,
          true,
        ]);
  });

  it('passes on that the medium failed', () => {
    const { side, disk } = withDisk(memoryDisk(SECTORS, { readOnly: true }).store);
    expect(ask(side, disk, { kind: 'write', offset: 0, bytes: new Uint8Array(512) })).toEqual([undefined]);
    expect(ask(side, disk, { kind: 'read', offset: SECTORS * 512, length: 512 })).toEqual([undefined]);
  });

  it('leaves nothing of its memory in use but the pages it keeps for the next request', () => {
    const { side, disk } = withDisk(memoryDisk(SECTORS).store);
    const request: BlockRequest = { kind: 'read', offset: 0, length: 64 * 512 };
    ask(side, disk, request, request);
    const before = side.domain.pages;
    for (let round = 0; round < 20; round++) ask(side, disk, request, request);
    expect(side.domain.pages).toBe(before);
  });
});

/** A frame for everybody, told apart by its last byte. */
const broadcast = (length: number, fill: number): Uint8Array => {
  const bytes = new Uint8Array(length).fill(fill);
  bytes.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 7]);
  return bytes;
};

describe('the driver of a virtio network card', () => {
  const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
  const frame = (length: number, fill: number): Uint8Array => broadcast(length, fill);
  const setUp = () => {
    const wires = createSwitch();
    const peer = wires.plug('peer');
    const heard: Uint8Array[] = [];
    peer.onFrame((each) => {
      heard.push(each);
      return true;
    });
    const side = new MachineSide([(place) => virtioPci(virtioNet(wires.plug('card'), MAC), place).pci]);
    const [card] = found(side).networks;
    return { side, peer, heard, card: card ?? expect.unreachable() };
  };

  it('carries frames both ways', () => {
    const { side, peer, heard, card } = setUp();
    const received: Uint8Array[] = [];
    card.onFrame((each) => {
      received.push(each);
      return true;
    });
    side.platform.schedule(0, () => {
      card.send(frame(60, 1));
      card.send(frame(1514, 3));
    });
    side.run();
    expect(heard).toEqual([frame(60, 1), frame(1514, 3)]);
    peer.send(frame(100, 5));
    peer.send(frame(1514, 7));
    side.run();
    expect(received).toEqual([frame(100, 5), frame(1514, 7)]);
  });

  it('says when it has no room, and when it has again', () => {
    const { side, heard, card } = setUp();
    let rooms = 0;
    card.onRoom(() => {
      rooms += 1;
    });
    let sent = 0;
    side.platform.schedule(0, () => {
      while (sent < 1000 && card.send(frame(60, 1))) sent += 1;
    });
    side.run();
    expect([sent, heard.length, rooms]).toEqual([128, 128, 1]);
  });

  it('keeps what nobody has room for until somebody has', () => {
    const { side, peer, card } = setUp();
    peer.send(frame(60, 9));
    side.run();
    const received: Uint8Array[] = [];
    card.onFrame((each) => {
      received.push(each);
      return true;
    });
    expect(received).toEqual([frame(60, 9)]);
  });

  it('goes on for ever: rings wrap around', () => {
    const { side, peer, heard, card } = setUp();
    const received: number[] = [];
    card.onFrame((each) => {
      received.push(each.at(-1) ?? -1);
      return true;
    });
    for (let round = 0; round < 300; round++) {
      side.platform.schedule(0, () => void card.send(frame(60, round & 0xff)));
      peer.send(frame(60, round & 0xff));
      side.run();
    }
    expect([heard.length, received]).toEqual([300, Array.from({ length: 300 }, (_, round) => round & 0xff)]);
  });
});

describe('a driver domain', () => {
  it('shares one interrupt line between two cards', () => {
    const ports: FramePort[] = [];
    const other = (): FramePort => {
      const wires = createSwitch();
      ports.push(wires.plug('peer'));
      return wires.plug('card');
    };
    const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);
    const empty = (place: Parameters<ConstructorParameters<typeof MachineSide>[0][number]>[0]) =>
      virtioPci(virtioBlock(memoryDisk(SECTORS).store, 'disk'), place).pci;
    const card = (place: Parameters<typeof empty>[0]) => virtioPci(virtioNet(other(), mac), place).pci;
    // Slots whose numbers differ by eight share a line.
    const side = new MachineSide([card, ...Array.from({ length: 7 }, () => empty), card]);
    const { networks } = found(side);
    const received: string[] = [];
    for (const [index, network] of networks.entries())
      network.onFrame((bytes) => {
        received.push(`${index}: ${bytes.at(-1)}`);
        return true;
      });
    for (const [index, port] of ports.entries()) port.send(broadcast(60, index));
    side.run();
    expect(received).toEqual(['0: 0', '1: 1']);
  });

  it('reaches no memory, and no register of ring 0, through the registers of devices', () => {
    const { access } = new MachineSide([]);
    for (const address of [0, 0x10_0000, 0x8f_f000, 0xfec0_0000, 0xfee0_0000, 0xfebf_f800])
      expect([address, access.devices.registers(address, 0x1000)]).toEqual([address, undefined]);
    expect(access.blanket.page(0x200 as never)).toBeUndefined();
  });

  it('has no Blanket hypercalls where nobody is below', () => {
    const { access } = new MachineSide([]);
    expect(access.blanket.pass('xen_version', 6, new Uint8Array(8))).toBeLessThan(0);
    expect(access.blanket.onUpcall(() => {})).toBe(false);
  });
});
