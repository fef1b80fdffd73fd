/** Disks and cards count what passes; a capture is a file that tshark reads. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ethernet, parseIp, udp } from '../../network/packet.ts';
import { createSwitch } from '../../network/switch.ts';
import { worldCaptures } from './captures.ts';
import { Traffic } from './traffic.ts';

const MAC = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)] as const;
const IPV4 = 0x0800;

const frame = (text: string): Uint8Array =>
  ethernet(MAC[1], MAC[0], IPV4, udp(parseIp('10.0.0.1'), 4000, parseIp('10.0.0.2'), 53, new TextEncoder().encode(text)));

function twoCards(): { traffic: Traffic; send(bytes: Uint8Array): void; answer(bytes: Uint8Array): void } {
  const wires = createSwitch();
  const traffic = new Traffic();
  const mine = traffic.port('eth0', wires.plug('a'));
  const other = wires.plug('b');
  mine.onFrame(() => true);
  other.onFrame(() => true);
  return { traffic, send: (bytes) => mine.send(bytes), answer: (bytes) => other.send(bytes) };
}

it('counts bytes of both directions of a card', () => {
  const { traffic, send, answer } = twoCards();
  send(frame('hello'));
  answer(frame('hi'));
  expect([traffic.sent, traffic.received]).toEqual([frame('hello').length, frame('hi').length]);
});

it('shows a frame before the answer to it, and once even if there was no room for it at first', () => {
  const traffic = new Traffic();
  let room = false;
  let hear: (bytes: Uint8Array) => boolean = () => true;
  const port = traffic.port('eth0', {
    send: () => room && hear(frame('answer')),
    onFrame: (listener) => {
      hear = listener;
    },
    onRoom: () => undefined,
    unplug: () => undefined,
  });
  port.onFrame(() => true);
  const seen: number[] = [];
  traffic.tap('eth0', ({ length }) => seen.push(length));
  port.send(frame('asked!!'));
  room = true;
  port.send(frame('asked!!'));
  port.send(frame('more'));
  expect(seen).toEqual(['asked!!', 'answer', 'more', 'answer'].map((text) => frame(text).length));
});

it('counts bytes of a disk and passes everything on', () => {
  const traffic = new Traffic();
  const calls: string[] = [];
  const disk = traffic.disk({
    sectors: 8,
    readOnly: false,
    read: (offset: number, length: number) => {
      calls.push(`read ${offset} ${length}`);
      return new Uint8Array(length);
    },
    write: (offset: number, bytes: Uint8Array) => void calls.push(`write ${offset} ${bytes.length}`),
    flush: () => void calls.push('flush'),
    close: () => void calls.push('close'),
  });
  disk.read(512, 1024);
  disk.write(0, new Uint8Array(512));
  disk.flush();
  disk.close();
  expect(calls).toEqual(['read 512 1024', 'write 0 512', 'flush', 'close']);
  expect([traffic.diskRead, traffic.diskWritten, disk.discard]).toEqual([1024, 512, undefined]);
});

it('captures into a file that tshark reads, with nanoseconds, until it is stopped', () => {
  const { traffic, send, answer } = twoCards();
  let clock = 1_700_000_000_123_456_789n;
  const captures = worldCaptures({ traffic: () => traffic, now: () => clock++ });
  const id = captures.start('i1.1', 'eth0');
  send(frame('asked'));
  answer(frame('answered'));
  const { bytes, packets } = captures.stop(id);
  send(frame('afterwards'));
  expect(packets).toBe(2);
  const folder = mkdtempSync(join(tmpdir(), 'blanket-pcap-'));
  writeFileSync(join(folder, 'a.pcap'), bytes);
  const read = spawnSync(
    'tshark',
    ['-r', join(folder, 'a.pcap'), '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'udp.dstport'],
    {
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  expect(read.stdout.trim().split('\n')).toEqual(['1700000000.123456789\t53', '1700000000.123456790\t53']);
});

it('says how much it has, keeps nothing after it was full, and counts what it misses', () => {
  const { traffic, send } = twoCards();
  const captures = worldCaptures({ traffic: () => traffic, now: () => 0n }, 3 * frame('a').length);
  const id = captures.start('i1.1', 'eth0');
  for (let count = 0; count < 10; count++) send(frame('a'));
  const [{ packets, bytes, missed } = expect.unreachable()] = captures.list('i1.1');
  expect(captures.list('i1.2')).toEqual([]);
  expect(packets).toBeGreaterThan(0);
  expect(packets + missed).toBe(10);
  expect(bytes).toBeLessThanOrEqual(4 * frame('a').length);
  expect(captures.stop(id)).toMatchObject({ packets, missed });
  expect(captures.list('i1.1')).toEqual([]);
});

it('refuses to stop what was not started', () => {
  expect(() => worldCaptures({ traffic: () => new Traffic(), now: () => 0n }).stop('x')).toThrow('There is no capture x.');
});
