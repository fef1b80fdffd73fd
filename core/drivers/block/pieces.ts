/** A disk that takes requests of any size on top of one that takes them up to a size: longer ones go in pieces, all at once. */
import type { BlockQueue, BlockRequest } from '../../seams/plugs.ts';

const NOTHING = new Uint8Array(0);

/** The pieces of a request, in order; what has no data is not cut. */
const cut = (request: BlockRequest, most: number): BlockRequest[] => {
  if (request.kind === 'flush' || request.kind === 'discard') return [request];
  const length = request.kind === 'read' ? request.length : request.bytes.length;
  return Array.from({ length: Math.ceil(length / most) }, (_, index) => {
    const offset = request.offset + index * most;
    if (request.kind === 'write')
      return { kind: 'write', offset, bytes: request.bytes.subarray(index * most, (index + 1) * most) };
    return { kind: 'read', offset, length: Math.min(most, length - index * most) };
  });
};

/** @param most bytes of one request, a multiple of 512 */
export const inPieces = (disk: BlockQueue, most: number): BlockQueue => ({
  sectors: disk.sectors,
  readOnly: disk.readOnly,
  discards: disk.discards,
  submit: (request, done) => {
    const pieces = cut(request, most);
    if (pieces.length <= 1) {
      disk.submit(pieces[0] ?? request, done);
      return;
    }
    const whole = request.kind === 'read' ? new Uint8Array(request.length) : NOTHING;
    let left = pieces.length;
    let failed = false;
    for (const [index, piece] of pieces.entries()) {
      disk.submit(piece, (bytes) => {
        if (bytes === undefined) failed = true;
        else whole.set(bytes, bytes.length === 0 ? 0 : index * most);
        left -= 1;
        if (left === 0) done(failed ? undefined : whole);
      });
    }
  },
});
