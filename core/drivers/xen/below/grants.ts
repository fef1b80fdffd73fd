/** Grants to domains of a Xen below: its grant table lies in pages that it shows, so granting is writing to memory. */
import { GrantEntry, GrantFlag, GrantStatus, RESERVED_GRANTS } from '../../../abi/xen/grants.table.ts';
import type { MappedPage, OwnPage, OwnPages } from '../../../seams/platform.ts';

export class GrantsBelow implements OwnPages {
  private readonly frames: MappedPage[] = [];
  private readonly free: number[] = [];
  private next: number = RESERVED_GRANTS.COUNT;

  /**
   * @param show makes the layer below show a frame of the table; undefined: there is no such frame
   * @param own where the pages come from that are granted
   */
  constructor(
    private readonly show: (index: number) => MappedPage | undefined,
    private readonly own: Pick<OwnPages, 'allocate'>,
  ) {}

  allocate(): OwnPage | undefined {
    return this.own.allocate();
  }

  grant(to: number, page: OwnPage, access: 'read' | 'write'): number {
    const reference = this.free.pop() ?? this.next++;
    const entry = this.entry(reference);
    if (entry === undefined) return GrantStatus.no_space;
    entry.setUint16(GrantEntry.domain, to, true);
    entry.setUint32(GrantEntry.frame, page.frame, true);
    entry.setUint16(GrantEntry.flags, GrantFlag.permit_access | (access === 'read' ? GrantFlag.readonly : 0), true);
    return reference;
  }

  revoke(reference: number): boolean {
    const entry = this.entry(reference);
    if (entry === undefined) return false;
    if ((entry.getUint16(GrantEntry.flags, true) & (GrantFlag.reading | GrantFlag.writing)) !== 0) return false;
    entry.setUint16(GrantEntry.flags, GrantFlag.invalid, true);
    this.free.push(reference);
    return true;
  }

  private entry(reference: number): DataView | undefined {
    const index = Math.floor(reference / GrantEntry.PER_FRAME);
    const frame = this.frames[index] ?? this.show(index);
    if (frame === undefined) return undefined;
    this.frames[index] = frame;
    const bytes = frame.bytes('write');
    const at = bytes.byteOffset + (reference % GrantEntry.PER_FRAME) * GrantEntry.SIZE;
    return new DataView(bytes.buffer, at, GrantEntry.SIZE);
  }
}
