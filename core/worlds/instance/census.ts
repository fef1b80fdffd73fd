/** What is in use under a Blanket, counted: equal before a machine was made and after it is gone, or something leaks. */
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { Domain0 } from '../domain0.ts';

export interface Census {
  readonly domains: number;
  /**
   * Machine frames of the hypervisor and of all domains. Two kinds only grow, up to a bound, and are left out: the M2P, and the
   * pages that drivers of the control domain keep for their next requests.
   */
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
    frames: xen.frames.total - xen.frames.free - xen.space.m2pFrames - domain.pages,
    grants: domain.grants.inUse,
    events: domain.events.inUse,
    watches: watches.count,
    nodes: store.nodes,
    transactions: store.openTransactions,
  };
}
