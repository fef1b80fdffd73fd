/** Reads a stream of a saved domain. It comes from a file that anybody may have made: everything is checked, nothing assumed. */
import { ExtendedContext, SaveDomainHeader, SaveHeader, SavePage, SaveRecord } from '../abi/xen/save.table.ts';
import { GuestContext } from '../abi/xen/vcpu.table.ts';
import type { SavedDomain, SavedPage, SavedVcpu, TableLevelOf } from '../seams/saved-domain.ts';

/** Frame numbers are 60 bits in the stream; beyond this no host has memory. */
const MOST_FRAMES = 2 ** 31;
const MOST_VCPUS = 32;

interface Record {
  readonly type: number;
  readonly body: Uint8Array;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Records from behind the headers; ends with a sentence if the stream does not hold what it announces. */
function* records(bytes: Uint8Array): Generator<Record | string> {
  const view = viewOf(bytes);
  for (let at = SaveHeader.SIZE + SaveDomainHeader.SIZE; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) break;
    const type = view.getUint32(at, true);
    yield { type, body: bytes.subarray(at + 8, at + 8 + length) };
    if (type === SaveRecord.END) return;
    at += 8 + Math.ceil(length / 8) * 8;
  }
  yield 'the file ends within the domain';
}

const checkHeaders = (bytes: Uint8Array): string | undefined => {
  if (bytes.length < SaveHeader.SIZE + SaveDomainHeader.SIZE) return 'the file is too short';
  const view = viewOf(bytes);
  if (view.getBigUint64(SaveHeader.marker, true) !== SaveHeader.MARKER || view.getUint32(SaveHeader.id) !== SaveHeader.ID) {
    return 'the file is no saved domain';
  }
  if (view.getUint32(SaveHeader.version) !== SaveHeader.VERSION) return 'the file is of another version';
  if ((view.getUint16(SaveHeader.options) & 1) !== 0) return 'the file was made on a big-endian computer';
  if (view.getUint32(SaveHeader.SIZE + SaveDomainHeader.type, true) !== SaveDomainHeader.PV)
    return 'the domain is not paravirtual';
  return undefined;
};

/** The domain in `file`, or why there is none. Pages are views into it. */
export const loadStream = (file: Uint8Array): SavedDomain | string => {
  // A plain array whatever the host gave: its own kinds slice differently.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const problem = checkHeaders(bytes);
  if (problem !== undefined) return problem;
  const parts = new Parts();
  for (const record of records(bytes)) {
    if (typeof record === 'string') return record;
    const failure = parts.take(record);
    if (failure !== undefined) return failure;
  }
  return parts.whole();
};

class Parts {
  private p2mFrames: number[] | undefined;
  private p2mEntries = 0;
  private sharedInfo: Uint8Array | undefined;
  private time = 0;
  private readonly contexts = new Map<number, Uint8Array>();
  private readonly extended = new Map<number, DataView>();
  /** Later pages replace earlier ones: a live save sends some twice. */
  private readonly pages = new Map<number, SavedPage>();

  take({ type, body }: Record): string | undefined {
    const view = viewOf(body);
    switch (type) {
      case SaveRecord.X86_PV_INFO:
        return body.length >= 2 && body[0] === 8 && body[1] === 4 ? undefined : 'the domain is not a 64-bit one';
      case SaveRecord.X86_PV_P2M_FRAMES:
        return this.takeP2m(view);
      case SaveRecord.PAGE_DATA:
        return this.takePages(body, view);
      case SaveRecord.X86_TSC_INFO:
        if (body.length >= 16) this.time = Number(view.getBigUint64(8, true));
        return undefined;
      case SaveRecord.SHARED_INFO:
        this.sharedInfo = body;
        return body.length === 4096 ? undefined : 'shared_info has another size';
      case SaveRecord.X86_PV_VCPU_BASIC:
      case SaveRecord.X86_PV_VCPU_EXTENDED:
        return this.takeVcpu(type, body, view);
      case SaveRecord.X86_PV_VCPU_XSAVE:
      case SaveRecord.X86_PV_VCPU_MSRS:
      case SaveRecord.X86_CPUID_POLICY:
      case SaveRecord.X86_MSR_POLICY:
      case SaveRecord.STATIC_DATA_END:
      case SaveRecord.VERIFY:
      case SaveRecord.END:
        return undefined;
      default:
        return type >= SaveRecord.OPTIONAL ? undefined : `record type ${type} is unknown`;
    }
  }

  private takeP2m(view: DataView): string | undefined {
    if (view.byteLength < 8) return 'the list of frames is cut off';
    const start = view.getUint32(0, true);
    const end = view.getUint32(4, true);
    if (start !== 0 || end >= MOST_FRAMES || view.byteLength !== 8 + Math.ceil((end + 1) / 512) * 8)
      return 'the list of frames has a wrong size';
    this.p2mEntries = end + 1;
    this.p2mFrames = [];
    for (let at = 8; at < view.byteLength; at += 8) this.p2mFrames.push(Number(view.getBigUint64(at, true)));
    return undefined;
  }

  private takePages(body: Uint8Array, view: DataView): string | undefined {
    const count = body.length < 8 ? 0 : view.getUint32(0, true);
    let data = 8 + count * 8;
    if (data > body.length) return 'a record of pages is cut off';
    for (let index = 0; index < count; index++) {
      const word = view.getBigUint64(8 + index * 8, true);
      const type = Number(word >> 60n);
      const pfn = Number(word & 0xf_ffff_ffff_ffffn);
      if (pfn >= MOST_FRAMES) return `page ${pfn} is beyond any memory`;
      if (type === SavePage.ABSENT || type === SavePage.BROKEN) {
        this.pages.delete(pfn);
        continue;
      }
      if (type === SavePage.ALLOCATE_ONLY) {
        this.pages.set(pfn, { pfn, level: 0, pinned: false, content: { kind: 'zero' } });
        continue;
      }
      const level = type & 7;
      if (level > 4 || data + 4096 > body.length) return 'a record of pages is cut off';
      const bytes = body.subarray(data, data + 4096);
      this.pages.set(pfn, {
        pfn,
        level: level as TableLevelOf,
        pinned: (type & SavePage.PINNED) !== 0,
        content: { kind: 'bytes', bytes },
      });
      data += 4096;
    }
    return undefined;
  }

  private takeVcpu(type: number, body: Uint8Array, view: DataView): string | undefined {
    const id = body.length < 8 ? MOST_VCPUS : view.getUint32(0, true);
    if (id >= MOST_VCPUS) return 'the state of a vCPU is cut off';
    const rest = body.subarray(8);
    if (type === SaveRecord.X86_PV_VCPU_BASIC) {
      this.contexts.set(id, rest);
      return rest.length === GuestContext.SIZE ? undefined : 'the state of a vCPU has another size';
    }
    if (rest.length >= ExtendedContext.sysenterMasks + 1) this.extended.set(id, viewOf(rest));
    return undefined;
  }

  whole(): SavedDomain | string {
    const { p2mFrames, p2mEntries, sharedInfo, pages, time } = this;
    if (p2mFrames === undefined || sharedInfo === undefined || !this.contexts.has(0))
      return 'the file lacks a part of the domain';
    const vcpus = [...this.contexts].sort(([a], [b]) => a - b).map(([id, context]) => this.vcpu(id, context));
    return { p2mFrames, p2mEntries, sharedInfo, vcpus, time, pages: () => pages.values() };
  }

  private vcpu(id: number, context: Uint8Array): SavedVcpu {
    const more = this.extended.get(id);
    const callback = (at: number, masks: number): { address: bigint; masksEvents: boolean } => ({
      address: more?.getBigUint64(at, true) ?? 0n,
      masksEvents: (more?.getUint8(masks) ?? 0) !== 0,
    });
    return {
      id,
      context,
      syscall32: callback(ExtendedContext.syscall32, ExtendedContext.syscall32Masks),
      sysenter: callback(ExtendedContext.sysenter, ExtendedContext.sysenterMasks),
    };
  }
}
