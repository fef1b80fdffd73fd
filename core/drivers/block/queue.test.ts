/** Disks made of disks: one that answers at once asked as if it did later, a part of a disk, and requests cut into pieces. */
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../base/refusal.ts';
import type { BlockQueue, BlockRequest } from '../../seams/plugs.ts';
import { partOf } from './part.ts';
import { inPieces } from './pieces.ts';
import { queueOf } from './queue.ts';

/** A disk of 64 sectors whose byte n is n / 512, and what it was asked. */
const counted = (fails: (request: BlockRequest) => boolean = () => false) => {
  const asked: string[] = [];
  const disk: BlockQueue = {
    sectors: 64,
    readOnly: false,
    discards: true,
    submit: (request, done) => {
      const length = request.kind === 'write' ? request.bytes.length : request.kind === 'flush' ? 0 : request.length;
      asked.push(`${request.kind} ${request.kind === 'flush' ? '' : `${request.offset / 512} ${length / 512}`}`.trim());
      const offset = request.kind === 'read' ? request.offset : 0;
      const read = Uint8Array.from({ length: request.kind === 'read' ? length : 0 }, (_, index) => (offset + index) >> 9);
      done(fails(request) ? undefined : read);
    },
  };
  return { disk, asked };
};

const answerOf = (disk: BlockQueue, request: BlockRequest): Uint8Array | undefined | 'none' => {
  let answer: Uint8Array | undefined | 'none' = 'none';
  disk.submit(request, (bytes) => {
    answer = bytes;
  });
  return answer;
};

describe('a disk', () => {
  it('that answers at once does so through a queue, too', () => {
    const log: string[] = [];
    const disk = queueOf({
      sectors: 8,
      readOnly: false,
      read: (_offset, length) => new Uint8Array(length).fill(3),
      write: (offset, bytes) => void log.push(`write ${offset} ${bytes.length}`),
      flush: () => void log.push('flush'),
    });
    expect([disk.sectors, disk.discards, queueOf(disk)]).toEqual([8, false, disk]);
    expect(answerOf(disk, { kind: 'read', offset: 0, length: 512 })).toEqual(new Uint8Array(512).fill(3));
    expect(answerOf(disk, { kind: 'write', offset: 512, bytes: new Uint8Array(512) })).toEqual(new Uint8Array(0));
    expect(answerOf(disk, { kind: 'flush' })).toEqual(new Uint8Array(0));
    expect(log).toEqual(['write 512 512', 'flush']);
  });

  it('that fails is answered with nothing; a bug is a bug', () => {
    const failing = (error: Error) => {
      const fail = (): never => {
        throw error;
      };
      return queueOf({ sectors: 8, readOnly: false, read: fail, write: fail, flush: fail });
    };
    const full = failing(new Refusal('disk-enospc', 'no space left', 'Free some.'));
    expect(answerOf(full, { kind: 'write', offset: 0, bytes: new Uint8Array(512) })).toBeUndefined();
    expect(answerOf(full, { kind: 'flush' })).toBeUndefined();
    expect(() => answerOf(failing(new TypeError('a bug')), { kind: 'flush' })).toThrow('a bug');
  });

  it('has parts that begin anywhere on it', () => {
    const { disk, asked } = counted();
    const part = partOf(disk, 16 * 512, { sectors: 8, readOnly: true, discards: false });
    expect([part.sectors, part.readOnly, part.discards]).toEqual([8, true, false]);
    expect(answerOf(part, { kind: 'read', offset: 512, length: 512 })).toEqual(new Uint8Array(512).fill(17));
    answerOf(part, { kind: 'write', offset: 0, bytes: new Uint8Array(1024) });
    answerOf(part, { kind: 'discard', offset: 512, length: 512 });
    answerOf(part, { kind: 'flush' });
    expect(asked).toEqual(['read 17 1', 'write 16 2', 'discard 17 1', 'flush']);
  });

  it('gets requests that are too long in pieces, and answers once', () => {
    const { disk, asked } = counted();
    const cut = inPieces(disk, 4 * 512);
    const read = answerOf(cut, { kind: 'read', offset: 512, length: 10 * 512 });
    expect(read instanceof Uint8Array && [...read].every((byte, index) => byte === 1 + (index >> 9))).toBe(true);
    answerOf(cut, { kind: 'write', offset: 0, bytes: new Uint8Array(5 * 512) });
    answerOf(cut, { kind: 'discard', offset: 0, length: 64 * 512 });
    answerOf(cut, { kind: 'flush' });
    expect(asked).toEqual(['read 1 4', 'read 5 4', 'read 9 2', 'write 0 4', 'write 4 1', 'discard 0 64', 'flush']);
  });

  it('that fails for one piece fails for the request', () => {
    const { disk } = counted((request) => request.kind === 'read' && request.offset === 4 * 512);
    const cut = inPieces(disk, 4 * 512);
    expect(answerOf(cut, { kind: 'read', offset: 0, length: 12 * 512 })).toBeUndefined();
    expect(answerOf(cut, { kind: 'read', offset: 0, length: 4 * 512 })).toBeInstanceOf(Uint8Array);
  });
});
