/** Instructions that only advise the processor: nothing happens, not even a fault of their address. */

export function prefetch(): void {}
