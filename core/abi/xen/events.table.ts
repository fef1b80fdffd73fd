/** Event channels (xen/include/public/event_channel.h, xen.h). */
export const EventOp = {
  bind_interdomain: 0,
  bind_virq: 1,
  bind_pirq: 2,
  close: 3,
  send: 4,
  status: 5,
  alloc_unbound: 6,
  bind_ipi: 7,
  bind_vcpu: 8,
  unmask: 9,
  reset: 10,
  init_control: 11,
  expand_array: 12,
  set_priority: 13,
} as const;

/** VIRQ_*: local ones are bound once per vCPU, global ones once per host, to its control domain. */
export const Virq = {
  TIMER: 0,
  DEBUG: 1,
  CONSOLE: 2,
  DOM_EXC: 3,
  TBUF: 4,
  DEBUGGER: 6,
  XENOPROF: 7,
  CON_RING: 8,
  PCPU_STATE: 9,
  MEM_EVENT: 10,
  ARGO: 11,
  ENOMEM: 12,
  XENPMU: 13,
} as const;
export const VIRQ_COUNT = 24;
/** Virtual interrupts that a vCPU of any domain may bind for itself. */
export const LOCAL_VIRQS: readonly number[] = [Virq.TIMER, Virq.DEBUG, Virq.XENOPROF, Virq.XENPMU];

/** EVTCHNSTAT_*. */
export const EventStatus = { closed: 0, unbound: 1, interdomain: 2, pirq: 3, virq: 4, ipi: 5 } as const;

/** Ports of the two-level ABI, 64 bit. */
export const TWO_LEVEL_PORTS = 4096;

/** FIFO ABI: bits of an event word, and the control block. */
export const Fifo = {
  PORTS: 131072,
  WORDS_PER_PAGE: 1024,
  PENDING: 0x8000_0000,
  MASKED: 0x4000_0000,
  LINKED: 0x2000_0000,
  BUSY: 0x1000_0000,
  LINK_BITS: 17,
  LINK_MASK: 0x1_ffff,
  QUEUES: 16,
  DEFAULT_PRIORITY: 7,
  /** Control block: u32 ready bitmap, then u32 head[16]. */
  ready: 0,
  head: 8,
  CONTROL_SIZE: 72,
} as const;
