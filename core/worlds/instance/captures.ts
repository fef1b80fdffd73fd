/** Packet captures of network cards: kept in memory up to a limit, given out as one pcap file. */
import { Refusal } from '../../base/refusal.ts';
import { pcapHeader, pcapRecord } from '../../network/pcap.ts';
import type { WorldCaptures } from '../desk.ts';
import type { Traffic } from './traffic.ts';

/** Bytes after which a capture takes nothing more. */
const MOST_KEPT = 64 * 2 ** 20;

interface Capture {
  readonly records: Uint8Array[];
  bytes: number;
  release(): void;
}

interface Around {
  /** Of a machine that has such a card; throws a refusal otherwise. */
  traffic(machine: string, nic: string): Traffic;
  /** Nanoseconds since 1970. */
  now(): bigint;
}

export function worldCaptures({ traffic, now }: Around): WorldCaptures {
  const captures = new Map<string, Capture>();
  let next = 1;
  return {
    start: (machine, nic) => {
      const id = `${machine}-${nic}-${next++}`;
      const capture: Capture = { records: [], bytes: 0, release: () => undefined };
      capture.release = traffic(machine, nic).tap(nic, (frame) => {
        if (capture.bytes + frame.length > MOST_KEPT) return;
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
      return { bytes: joined([pcapHeader(), ...capture.records]), packets: capture.records.length };
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
