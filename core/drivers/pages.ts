/** Pages of a driver for its devices to read and write: made when they are first wanted, kept for the next request. */
import type { OwnPage, OwnPages } from '../seams/platform.ts';

export class PagePool {
  private readonly free: OwnPage[] = [];
  private made = 0;

  constructor(
    private readonly own: Pick<OwnPages, 'allocate'>,
    /** Pages that there may be. */
    private readonly most: number,
  ) {}

  /** So many pages, or none at all: undefined. */
  take(count: number): OwnPage[] | undefined {
    while (this.free.length < count && this.made < this.most) {
      const page = this.own.allocate();
      if (page === undefined) break;
      this.made += 1;
      this.free.push(page);
    }
    return this.free.length < count ? undefined : this.free.splice(this.free.length - count);
  }

  give(pages: readonly OwnPage[]): void {
    this.free.push(...pages);
  }

  /** Gives up those that are not in use. */
  release(): void {
    for (const page of this.free) page.release();
    this.made -= this.free.length;
    this.free.length = 0;
  }
}

/** Copies bytes to pages, each filled before the next. */
export const fillPages = (pages: readonly OwnPage[], bytes: Uint8Array): void => {
  for (const [index, page] of pages.entries()) page.bytes('write').set(bytes.subarray(index * 4096, (index + 1) * 4096));
};

/** The first `length` bytes of pages. */
export const bytesOfPages = (pages: readonly OwnPage[], length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (const [index, page] of pages.entries())
    bytes.set(page.bytes('read').subarray(0, Math.min(4096, length - index * 4096)), index * 4096);
  return bytes;
};
