/** Packet captures of network cards: kept in memory up to a limit, given out as one pcap file. */
import { Refusal } from '../../base/refusal.ts';
import { pcapHeader, pcapRecord } from '../../network/pcap.ts';
import type { WorldCaptures } from '../desk.ts';
import type { Traffic } from './traffic.ts';

/** Bytes after which a capture takes nothing more. */
const MOST_KEPT = 64 * 2 ** 20;

interface Running {
  readonly machine: string;
  readonly nic: string;
  readonly records: Uint8Array[];
  bytes: number;
  missed: number;
  release(): void;
}

interface Around {
  /** Of a machine that has such a card; throws a refusal otherwise. */
  traffic(machine: string, nic: string): Traffic;
  /** Nanoseconds since 1970. */
  now(): bigint;
}

export function worldCaptures({ traffic, now }: Around, most = MOST_KEPT): WorldCaptures {
  const captures = new Map<string, Running>();
  let next = 1;
  return {
    list: (of) =>
      [...captures]
        .filter(([, { machine }]) => machine === of)
        .map(([id, { machine, nic, records, bytes, missed }]) => ({ id, machine, nic, packets: records.length, bytes, missed })),
    start: (machine, nic) => {
      const id = `${machine}-${nic}-${next++}`;
      const capture: Running = { machine, nic, records: [], bytes: 0, missed: 0, release: () => undefined };
      capture.release = traffic(machine, nic).tap(nic, (frame) => {
        if (capture.missed > 0 || capture.bytes + frame.length > most) {
          capture.missed += 1;
          return;
        }
        const record = pcapRecord(now(), frame);
        capture.records.push(record);
        capture.bytes += record.length;
      });
      captures.set(id, capture);
      return id;
    },
    stop: (id) => {
      const capture = captures.get(id);
      if (capture === undefined)
        throw new Refusal('no-such-capture', `There is no capture ${id}.`, 'Start one on the Details tab of a machine.');
      captures.delete(id);
      capture.release();
      const { records, missed } = capture;
      return { bytes: joined([pcapHeader(), ...records]), packets: records.length, missed };
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
