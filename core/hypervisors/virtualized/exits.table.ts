/** What each reason for an exit costs, beyond the hardware's part: names of the one cost table. */
import type { CostName } from '../../observe/costs.table.ts';
import type { ExitReason } from '../../seams/machine.ts';

export const EXIT_COST: Readonly<Record<ExitReason, CostName>> = {
  cpuid: 'exitCpuid',
  'msr-read': 'exitMsr',
  'msr-write': 'exitMsr',
  'port-in': 'exitPort',
  'port-out': 'exitPort',
  device: 'exitDevice',
  'control-write': 'exitControlWrite',
  'invalidate-page': 'exitControlWrite',
  halt: 'exitHalt',
  'external-interrupt': 'exitInterrupt',
  'second-level-fault': 'exitSecondLevelFault',
  call: 'exitCall',
  'page-fault': 'exitPageFault',
  'table-write': 'exitTableWrite',
};
