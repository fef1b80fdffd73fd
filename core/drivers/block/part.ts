/** A part of a disk as a disk of its own; whoever made the part sees to it that requests stay within. */
import type { BlockQueue } from '../../seams/plugs.ts';

/** @param offset where the part begins, bytes */
export const partOf = (disk: BlockQueue, offset: number, part: Omit<BlockQueue, 'submit'>): BlockQueue => ({
  sectors: part.sectors,
  readOnly: part.readOnly,
  discards: part.discards,
  submit: (request, done) =>
    disk.submit(request.kind === 'flush' ? request : { ...request, offset: request.offset + offset }, done),
});
