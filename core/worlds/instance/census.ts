/** What is in use under a Blanket, counted: equal before a machine was made and after it is gone, or something leaks. */
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { Domain0 } from '../domain0.ts';

export interface Census {
  readonly domains: number;
  /** Machine frames of all domains, the control domain's and the hypervisor's own. */
  readonly frames: number;
  /** Grant entries of the control domain that somebody uses. */
  readonly grants: number;
  /** Event channels of the control domain. */
  readonly events: number;
  readonly watches: number;
  /** Nodes of the store. */
  readonly nodes: number;
  readonly transactions: number;
}

export function censusOf({ xen, domain0: { domain, toolstack } }: { xen: Xen; domain0: Domain0 }): Census {
  const { store, watches } = toolstack.server;
  return {
    domains: toolstack.domains.length,
    frames: xen.frames.total - xen.frames.free,
    grants: domain.grants.inUse,
    events: domain.events.inUse,
    watches: watches.count,
    nodes: store.nodes,
    transactions: store.openTransactions,
  };
}
