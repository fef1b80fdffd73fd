/** Domain numbers with a meaning (xen/include/public/xen.h). */
export const DomainId = {
  /** From here on numbers are not those of a domain. */
  FIRST_RESERVED: 0x7ff0,
  SELF: 0x7ff0,
  IO: 0x7ff1,
  XEN: 0x7ff2,
  COW: 0x7ff3,
  INVALID: 0x7ff4,
  IDLE: 0x7fff,
} as const;

/** SHUTDOWN_* of xen/include/public/sched.h, in numeric order. */
export const SHUTDOWN_REASONS = ['poweroff', 'reboot', 'suspend', 'crash', 'watchdog', 'soft-reset'] as const;
export type ShutdownReason = (typeof SHUTDOWN_REASONS)[number];
