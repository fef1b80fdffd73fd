/** update_va_mapping_otherdomain: as update_va_mapping; pages of others are mapped by grants, so the other domain is the caller. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { update_va_mapping } from './update_va_mapping.ts';

export const update_va_mapping_otherdomain: HypercallHandler = (caller, args) => {
  const other = args.low(3);
  if (other === DomainId.SELF || other === caller.domain.id) return update_va_mapping(caller, args);
  return caller.domain.xen.domain(other) === undefined ? -Errno.ESRCH : -Errno.EPERM;
};
