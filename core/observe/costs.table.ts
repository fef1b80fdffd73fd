/**
 * The one table of primitive costs, in cycles of a 2.93 GHz Nehalem/Westmere class CPU: what an event costs beyond the
 * instructions themselves (one cycle each). No constant belongs to a scenario; every derived time is an outcome.
 *
 * Sources: XB = Williams et al., "The Xen-Blanket", EuroSys 2012; TU = Ben-Yehuda et al., "The Turtles Project",
 * OSDI 2010; BH = Bhargava et al., ASPLOS 2008. "fitted" values lie in the range that the named tables allow.
 */

export interface Cost {
  readonly cycles: number;
  readonly source: string;
}

/** Cycles per second of the modelled CPU (XB section 5.1: Xeon X5570). */
export const FREQUENCY = 2_930_000_000;

export const COSTS = {
  systemCallBounce: { cycles: 500, source: 'XB table 1: null call, PV less native' },
  hypercall: { cycles: 400, source: 'empty PV hypercall; fitted to XB table 1' },
  pageTableRootLoad: { cycles: 200, source: 'MOV to CR3 without PCID; fitted' },
  pageTableUpdate: { cycles: 150, source: 'one validated page-table entry, batched; fitted to XB table 1, fork and mmap' },
  exit: { cycles: 800, source: 'VM exit and entry, hardware part; TU section 4.3: about 1,000' },
  exitControlWrite: { cycles: 1_800, source: 'handler beyond the exit; XB section 5.1: 70 % per context switch with CR4.PGE' },
  exitCpuid: { cycles: 1_800, source: 'TU section 4.3: 2,600 with the exit' },
  exitMsr: { cycles: 3_800, source: 'TU figure 6: 4,600 with the exit' },
  exitPort: { cycles: 11_500, source: 'TU figure 6: 12,300 with the exit' },
  exitDevice: { cycles: 5_000, source: 'APIC access; TU figure 6 is the upper bound 11,800 with the exit' },
  exitInterrupt: { cycles: 5_000, source: 'external interrupt and injection; fitted within TU figure 6' },
  exitSecondLevelFault: { cycles: 23_000, source: 'TU figure 6: 24,000 with the exit' },
  exitPageFault: { cycles: 3_800, source: 'without nested paging; exception, TU figure 6: 4,600 with the exit' },
  exitTableWrite: { cycles: 3_950, source: 'as exitPageFault, and the entry is taken over: pageTableUpdate' },
  exitCall: { cycles: 1_500, source: 'event-channel send by VMCALL beyond the exit; fitted' },
  exitHalt: { cycles: 1_200, source: 'HLT beyond the exit, before the scheduler; fitted' },
  copyFixed: { cycles: 400, source: 'grant copy, per operation; fitted to XB figure 5' },
  copyPerByte: { cycles: 0.35, source: 'grant copy; fitted to XB figure 5' },
} as const satisfies Record<string, Cost>;
export type CostName = keyof typeof COSTS;
