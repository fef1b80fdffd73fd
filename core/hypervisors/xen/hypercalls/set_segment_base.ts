/** set_segment_base: FS and GS bases, which only ring 0 can write. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { SegmentBase } from '../../../abi/xen/vcpu.table.ts';
import { isCanonical } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { dataSegment } from '../pv/segments.ts';

export const set_segment_base: HypercallHandler = (caller, args) => {
  switch (args.low(0)) {
    case SegmentBase.fs:
      if (!isCanonical(args.address(1))) return -Errno.EINVAL;
      caller.setSegmentBase('fs', args.big(1));
      return 0;
    case SegmentBase.gs_user:
      if (!isCanonical(args.address(1))) return -Errno.EINVAL;
      caller.otherGsBase = args.big(1);
      return 0;
    case SegmentBase.gs_kernel:
      if (!isCanonical(args.address(1))) return -Errno.EINVAL;
      caller.setSegmentBase('gs', args.big(1));
      return 0;
    case SegmentBase.gs_user_sel: {
      // The selector is the user's, the base in use stays the kernel's. A bad selector is loaded as null.
      const segment = dataSegment(caller, args.low(1) & 0xffff);
      const kernelBase = caller.context.readSegment('gs').base;
      caller.otherGsBase = segment.base;
      caller.context.writeSegment('gs', { ...segment, base: kernelBase });
      return 0;
    }
    default:
      return -Errno.EINVAL;
  }
};
