/** One interface for disks that answer at once and disks that answer later. */
import { attempt } from '../../base/refusal.ts';
import type { BlockQueue, BlockRequest, BlockStore, Disk } from '../../seams/plugs.ts';

const NOTHING = new Uint8Array(0);

const perform = (store: BlockStore, request: BlockRequest): Uint8Array => {
  switch (request.kind) {
    case 'read':
      return store.read(request.offset, request.length);
    case 'write':
      store.write(request.offset, request.bytes);
      return NOTHING;
    case 'flush':
      store.flush();
      return NOTHING;
    case 'discard':
      store.discard?.(request.offset, request.length);
      return NOTHING;
  }
};

export const queueOf = (disk: Disk): BlockQueue =>
  'submit' in disk
    ? disk
    : {
        sectors: disk.sectors,
        readOnly: disk.readOnly,
        discards: disk.discard !== undefined,
        submit: (request, done) => {
          const outcome = attempt(() => perform(disk, request));
          done('result' in outcome ? outcome.result : undefined);
        },
      };
