/**
 * Every hypercall number of the public interface against the three kinds of caller (xen/include/public/xen.h, 4.17).
 *
 * A cell says what the caller gets when a handler of the row's name exists: 'yes', a fixed refusal, or '-' (the number
 * does not exist for it: ENOSYS). The `blanket` column is the call a driver domain makes to have ring 0 pass the same
 * operation to the layer below; its operations are named in {@link BLANKET_OPERATIONS}.
 */
import type { ErrnoName } from './errno.table.ts';

export type Cell = 'yes' | '-' | ErrnoName;

export interface HypercallRow {
  readonly number: number;
  readonly name: string;
  readonly pv: Cell;
  readonly hvm: Cell;
  readonly blanket: Cell;
  /** Names of RDI, RSI, RDX, R10, R8 as the header calls them. */
  readonly arguments: string;
}

const row = (number: number, name: string, pv: Cell, hvm: Cell, blanket: Cell, args: string): HypercallRow => ({
  number, name, pv, hvm, blanket, arguments: args,
});

export const HYPERCALLS: readonly HypercallRow[] = [
  row(0, 'set_trap_table', 'yes', '-', '-', 'traps'),
  row(1, 'mmu_update', 'yes', '-', '-', 'requests count done domain'),
  row(2, 'set_gdt', 'yes', '-', '-', 'frames entries'),
  row(3, 'stack_switch', 'yes', '-', '-', 'ss rsp'),
  row(4, 'set_callbacks', 'yes', '-', '-', 'event failsafe syscall'),
  row(5, 'fpu_taskswitch', 'yes', '-', '-', 'set'),
  row(6, 'sched_op_compat', 'yes', '-', '-', 'command argument'),
  row(7, 'platform_op', 'EPERM', 'EPERM', '-', 'operation'),
  row(8, 'set_debugreg', 'yes', '-', '-', 'register value'),
  row(9, 'get_debugreg', 'yes', '-', '-', 'register'),
  row(10, 'update_descriptor', 'yes', '-', '-', 'address descriptor'),
  row(12, 'memory_op', 'yes', 'yes', 'yes', 'command argument'),
  row(13, 'multicall', 'yes', 'yes', '-', 'calls count'),
  row(14, 'update_va_mapping', 'yes', '-', '-', 'address entry flags'),
  row(15, 'set_timer_op', 'yes', 'yes', '-', 'deadline'),
  row(16, 'event_channel_op_compat', 'yes', 'yes', '-', 'operation'),
  row(17, 'xen_version', 'yes', 'yes', 'yes', 'command buffer'),
  row(18, 'console_io', 'yes', 'yes', '-', 'command count buffer'),
  row(19, 'physdev_op_compat', 'yes', '-', '-', 'operation'),
  row(20, 'grant_table_op', 'yes', 'yes', 'yes', 'command operations count'),
  row(21, 'vm_assist', 'yes', 'yes', '-', 'command type'),
  row(22, 'update_va_mapping_otherdomain', 'yes', '-', '-', 'address entry flags domain'),
  row(23, 'iret', 'yes', '-', '-', ''),
  row(24, 'vcpu_op', 'yes', 'yes', '-', 'command vcpu argument'),
  row(25, 'set_segment_base', 'yes', '-', '-', 'which base'),
  row(26, 'mmuext_op', 'yes', '-', '-', 'operations count done domain'),
  row(27, 'xsm_op', 'ENOSYS', 'ENOSYS', '-', 'operation'),
  row(28, 'nmi_op', 'yes', '-', '-', 'command argument'),
  row(29, 'sched_op', 'yes', 'yes', 'yes', 'command argument'),
  row(30, 'callback_op', 'yes', '-', '-', 'command argument'),
  row(31, 'xenoprof_op', 'ENOSYS', 'ENOSYS', '-', 'command argument'),
  row(32, 'event_channel_op', 'yes', 'yes', 'yes', 'command argument'),
  row(33, 'physdev_op', 'yes', 'yes', '-', 'command argument'),
  row(34, 'hvm_op', '-', 'yes', 'yes', 'command argument'),
  row(35, 'sysctl', 'EPERM', 'EPERM', '-', 'operation'),
  row(36, 'domctl', 'EPERM', 'EPERM', '-', 'operation'),
  row(37, 'kexec_op', 'EPERM', 'EPERM', '-', 'command argument'),
  row(38, 'tmem_op', 'ENOSYS', 'ENOSYS', '-', 'operation'),
  row(39, 'argo_op', 'ENOSYS', 'ENOSYS', '-', 'command argument1 argument2 argument3 argument4'),
  row(40, 'xenpmu_op', 'EOPNOTSUPP', 'EOPNOTSUPP', '-', 'command argument'),
  row(41, 'dm_op', 'EPERM', 'EPERM', '-', 'domain count buffers'),
  row(42, 'hypfs_op', 'EPERM', 'EPERM', '-', 'command argument1 argument2 argument3 argument4'),
  row(48, 'mca', 'EPERM', 'EPERM', '-', 'operation'),
  row(49, 'paging_domctl_cont', 'EPERM', 'EPERM', '-', 'operation'),
];

/**
 * What a driver domain may have passed to a Xen below (Xen-Blanket releases 1.0.1 to NG). Anything else is refused:
 * a driver domain that could pass every operation could harm the machine it lives on.
 */
export const BLANKET_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  xen_version: ['version', 'get_features'],
  memory_op: ['add_to_physmap'],
  hvm_op: ['set_param', 'get_param', 'set_evtchn_upcall_vector'],
  grant_table_op: ['query_size'],
  event_channel_op: ['unmask', 'close', 'send', 'alloc_unbound', 'bind_vcpu', 'init_control', 'expand_array', 'set_priority', 'bind_interdomain'],
  sched_op: ['shutdown'],
};
