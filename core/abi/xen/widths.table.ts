/**
 * Structures with unsigned longs or pointers in them, by the width of the guest's words: 64 bit, and as 32-bit code of a
 * container has them (xen/include/public/xen.h, memory.h, vcpu.h, arch-x86/xen.h; u64 is aligned to 4 bytes in the latter).
 */
export interface WordLayout {
  readonly bits: 32 | 64;
  /** xen_add_to_physmap. */
  readonly addToPhysmap: { readonly SIZE: number; readonly index: number; readonly frame: number };
  /** xen_remove_from_physmap. */
  readonly removeFromPhysmap: { readonly SIZE: number; readonly frame: number };
  /** xen_memory_reservation. */
  readonly reservation: { readonly SIZE: number; readonly count: number; readonly order: number; readonly domain: number };
  /** xen_memory_map. */
  readonly memoryMap: { readonly SIZE: number; readonly buffer: number };
  /** multicall_entry. */
  readonly multicall: { readonly SIZE: number; readonly result: number; readonly arguments: number };
  /** vcpu_runstate_info. */
  readonly runstate: { readonly SIZE: number; readonly stateEntryTime: number; readonly time: number };
  /** shared_info and vcpu_info: two-level event channels and the wall clock. */
  readonly shared: SharedLayout;
}

export interface SharedLayout {
  readonly bits: 32 | 64;
  /** Number of two-level ports. */
  readonly ports: number;
  readonly evtchnPending: number;
  readonly evtchnMask: number;
  /** Followed by seconds and nanoseconds, u32 each. */
  readonly wcVersion: number;
  readonly wcSecHi: number;
  /** In vcpu_info. */
  readonly pendingSel: number;
}

export const SHARED_64: SharedLayout = {
  bits: 64, ports: 4096, evtchnPending: 2048, evtchnMask: 2560, wcVersion: 3072, wcSecHi: 3084, pendingSel: 8,
};
const SHARED_32: SharedLayout = {
  bits: 32, ports: 1024, evtchnPending: 2048, evtchnMask: 2176, wcVersion: 2304, wcSecHi: 2340, pendingSel: 4,
};

export const WIDTHS: Readonly<Record<32 | 64, WordLayout>> = {
  64: {
    bits: 64,
    addToPhysmap: { SIZE: 24, index: 8, frame: 16 },
    removeFromPhysmap: { SIZE: 16, frame: 8 },
    reservation: { SIZE: 32, count: 8, order: 16, domain: 24 },
    memoryMap: { SIZE: 16, buffer: 8 },
    multicall: { SIZE: 64, result: 8, arguments: 16 },
    runstate: { SIZE: 48, stateEntryTime: 8, time: 16 },
    shared: SHARED_64,
  },
  32: {
    bits: 32,
    addToPhysmap: { SIZE: 16, index: 8, frame: 12 },
    removeFromPhysmap: { SIZE: 8, frame: 4 },
    reservation: { SIZE: 20, count: 4, order: 8, domain: 16 },
    memoryMap: { SIZE: 8, buffer: 4 },
    multicall: { SIZE: 32, result: 4, arguments: 8 },
    runstate: { SIZE: 44, stateEntryTime: 4, time: 12 },
    shared: SHARED_32,
  },
};

/** An unsigned long of the guest's; beyond 2^53 not exact, and larger than any frame or address then. */
export const readWord = (view: DataView, at: number, { bits }: WordLayout): number =>
  bits === 32 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));

/** A pointer of the guest's as a signed linear address. */
export const readPointer = (view: DataView, at: number, { bits }: WordLayout): number =>
  bits === 32 ? view.getUint32(at, true) : Number(view.getBigInt64(at, true));
