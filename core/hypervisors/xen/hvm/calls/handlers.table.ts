/** Which hypercalls a container has: handlers by the name of their row. A row without one here answers ENOSYS and is counted. */
import { console_io } from '../../hypercalls/console_io.ts';
import { event_channel_op } from '../../hypercalls/event_channel_op.ts';
import { event_channel_op_compat } from '../../hypercalls/event_channel_op_compat.ts';
import { ownTable } from '../../hypercalls/grant_table_op.ts';
import { xen_version } from '../../hypercalls/xen_version.ts';
import type { HvmHandler } from '../hypercall.ts';
import { hvm_op } from './hvm_op.ts';
import { memory_op } from './memory_op.ts';
import { multicall } from './multicall.ts';
import { sched_op } from './sched_op.ts';
import { set_timer_op } from './set_timer_op.ts';
import { vcpu_op } from './vcpu_op.ts';
import { vm_assist } from './vm_assist.ts';

export const HVM_HANDLERS: Readonly<Record<string, HvmHandler>> = {
  console_io, event_channel_op, event_channel_op_compat, grant_table_op: ownTable, hvm_op, memory_op, multicall, sched_op, set_timer_op, vcpu_op, vm_assist,
  xen_version,
};
