/**
 * A suspended paravirtual domain without a place: every frame number in it is pseudo-physical, so that it can come to life
 * on any host, beside itself, or later. Made by the hypervisor that had it, taken by the one that gets it.
 */

export type TableLevelOf = 0 | 1 | 2 | 3 | 4;

export type PageContent =
  /** Nothing but zeroes. */
  | { readonly kind: 'zero' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The content of a machine frame of the same hypervisor, to be shared until either side writes. */
  | { readonly kind: 'frame'; readonly frame: number };

export interface SavedPage {
  readonly pfn: number;
  /** 1-4: a page table of that level, its entries pseudo-physical and given as bytes. */
  readonly level: TableLevelOf;
  readonly pinned: boolean;
  readonly content: PageContent;
}

export interface SavedVcpu {
  readonly id: number;
  /** vcpu_guest_context, its frames pseudo-physical (roots shifted by 12; the user's root with bit 0 set). */
  readonly context: Uint8Array;
  /** Callbacks that the context lacks; address 0: none. */
  readonly syscall32: { readonly address: bigint; readonly masksEvents: boolean };
  readonly sysenter: { readonly address: bigint; readonly masksEvents: boolean };
}

export interface SavedDomain {
  /** Frames that hold the list of frames by pseudo-physical number, in order; and how many entries it has. */
  readonly p2mFrames: readonly number[];
  readonly p2mEntries: number;
  readonly vcpus: readonly SavedVcpu[];
  readonly sharedInfo: Uint8Array;
  /** Nanoseconds of the domain's own clock. */
  readonly time: number;
  /** Pages, each once. */
  pages(): Iterable<SavedPage>;
}
