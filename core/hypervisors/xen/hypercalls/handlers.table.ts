/** Which hypercalls are done: handlers by the name of their row. A row without one here answers ENOSYS and is counted. */
import type { HypercallHandler } from '../pv/hypercall.ts';
import { callback_op } from './callback_op.ts';
import { console_io } from './console_io.ts';
import { event_channel_op } from './event_channel_op.ts';
import { event_channel_op_compat } from './event_channel_op_compat.ts';
import { fpu_taskswitch } from './fpu_taskswitch.ts';
import { get_debugreg } from './get_debugreg.ts';
import { grant_table_op } from './grant_table_op.ts';
import { iret } from './iret.ts';
import { memory_op } from './memory_op.ts';
import { mmu_update } from './mmu_update.ts';
import { mmuext_op } from './mmuext_op.ts';
import { multicall } from './multicall.ts';
import { nmi_op } from './nmi_op.ts';
import { physdev_op } from './physdev_op.ts';
import { physdev_op_compat } from './physdev_op_compat.ts';
import { sched_op } from './sched_op.ts';
import { sched_op_compat } from './sched_op_compat.ts';
import { set_callbacks } from './set_callbacks.ts';
import { set_debugreg } from './set_debugreg.ts';
import { set_gdt } from './set_gdt.ts';
import { set_segment_base } from './set_segment_base.ts';
import { set_timer_op } from './set_timer_op.ts';
import { set_trap_table } from './set_trap_table.ts';
import { stack_switch } from './stack_switch.ts';
import { update_descriptor } from './update_descriptor.ts';
import { update_va_mapping } from './update_va_mapping.ts';
import { update_va_mapping_otherdomain } from './update_va_mapping_otherdomain.ts';
import { vcpu_op } from './vcpu_op.ts';
import { vm_assist } from './vm_assist.ts';
import { xen_version } from './xen_version.ts';

export const HANDLERS: Readonly<Record<string, HypercallHandler>> = {
  set_trap_table, mmu_update, set_gdt, stack_switch, set_callbacks, fpu_taskswitch, sched_op_compat, set_debugreg, get_debugreg,
  update_descriptor, memory_op, multicall, update_va_mapping, set_timer_op, xen_version, console_io, grant_table_op, vm_assist,
  event_channel_op_compat, physdev_op_compat, update_va_mapping_otherdomain, iret, vcpu_op, set_segment_base, mmuext_op, nmi_op, sched_op, callback_op, event_channel_op, physdev_op,
};
