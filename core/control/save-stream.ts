/** A saved domain as a stream of records, in the format of the standard tools: piece by piece, whatever the size of the domain. */
import { ExtendedContext, SaveDomainHeader, SaveHeader, SavePage, SaveRecord } from '../abi/xen/save.table.ts';
import type { SavedDomain, SavedPage, SavedVcpu } from '../seams/saved-domain.ts';

const PAGES_PER_RECORD = 256;
const XEN_VERSION = { major: 4, minor: 17 } as const;

const bytesOf = (size: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
};

const record = (type: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + Math.ceil(body.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, body.length, true);
  bytes.set(body, 8);
  return bytes;
};

const headers = (): Uint8Array =>
  bytesOf(SaveHeader.SIZE + SaveDomainHeader.SIZE, (view) => {
    view.setBigUint64(SaveHeader.marker, SaveHeader.MARKER, true);
    view.setUint32(SaveHeader.id, SaveHeader.ID);
    view.setUint32(SaveHeader.version, SaveHeader.VERSION);
    view.setUint32(SaveHeader.SIZE + SaveDomainHeader.type, SaveDomainHeader.PV, true);
    view.setUint16(SaveHeader.SIZE + SaveDomainHeader.pageShift, 12, true);
    view.setUint32(SaveHeader.SIZE + SaveDomainHeader.major, XEN_VERSION.major, true);
    view.setUint32(SaveHeader.SIZE + SaveDomainHeader.minor, XEN_VERSION.minor, true);
  });

/** @param frequency of the counter the guest reads, in Hz */
export function* saveStream(saved: SavedDomain, frequency: number): Generator<Uint8Array> {
  yield headers();
  yield record(SaveRecord.X86_PV_INFO, Uint8Array.of(8, 4, 0, 0, 0, 0, 0, 0));
  yield record(SaveRecord.STATIC_DATA_END, new Uint8Array(0));
  yield record(SaveRecord.X86_PV_P2M_FRAMES, p2mFrames(saved));
  let batch: SavedPage[] = [];
  for (const page of saved.pages()) {
    batch.push(page);
    if (batch.length < PAGES_PER_RECORD) continue;
    yield record(SaveRecord.PAGE_DATA, pageData(batch));
    batch = [];
  }
  if (batch.length > 0) yield record(SaveRecord.PAGE_DATA, pageData(batch));
  yield record(SaveRecord.X86_TSC_INFO, tscInfo(saved, frequency));
  yield record(SaveRecord.SHARED_INFO, saved.sharedInfo.slice(0, 4096));
  for (const vcpu of saved.vcpus) {
    yield record(SaveRecord.X86_PV_VCPU_BASIC, withNumber(vcpu.id, vcpu.context));
    yield record(SaveRecord.X86_PV_VCPU_EXTENDED, withNumber(vcpu.id, extended(vcpu)));
  }
  yield record(SaveRecord.END, new Uint8Array(0));
}

const p2mFrames = ({ p2mFrames: frames, p2mEntries }: SavedDomain): Uint8Array =>
  bytesOf(8 + frames.length * 8, (view) => {
    view.setUint32(4, p2mEntries - 1, true);
    for (const [index, pfn] of frames.entries()) view.setBigUint64(8 + index * 8, BigInt(pfn), true);
  });

const pageData = (pages: readonly SavedPage[]): Uint8Array => {
  const contents = pages.flatMap(({ content }) => (content.kind === 'bytes' ? [content.bytes] : []));
  const bytes = new Uint8Array(8 + pages.length * 8 + contents.length * 4096);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pages.length, true);
  for (const [index, page] of pages.entries()) {
    const type = page.content.kind === 'bytes' ? page.level | (page.pinned ? SavePage.PINNED : 0) : SavePage.ALLOCATE_ONLY;
    view.setBigUint64(8 + index * 8, (BigInt(type) << 60n) | BigInt(page.pfn), true);
  }
  for (const [index, content] of contents.entries()) bytes.set(content, 8 + pages.length * 8 + index * 4096);
  return bytes;
};

const tscInfo = (saved: SavedDomain, frequency: number): Uint8Array =>
  bytesOf(24, (view) => {
    view.setUint32(4, Math.round(frequency / 1000), true);
    view.setBigUint64(8, BigInt(Math.max(0, saved.time)), true);
  });

const withNumber = (id: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + body.length);
  new DataView(bytes.buffer).setUint32(0, id, true);
  bytes.set(body, 8);
  return bytes;
};

const extended = (vcpu: SavedVcpu): Uint8Array =>
  bytesOf(ExtendedContext.SIZE, (view) => {
    view.setUint32(ExtendedContext.vcpu, vcpu.id, true);
    view.setUint32(ExtendedContext.size, ExtendedContext.SIZE, true);
    view.setBigUint64(ExtendedContext.syscall32, vcpu.syscall32.address, true);
    view.setBigUint64(ExtendedContext.sysenter, vcpu.sysenter.address, true);
    view.setUint8(ExtendedContext.syscall32Masks, vcpu.syscall32.masksEvents ? 1 : 0);
    view.setUint8(ExtendedContext.sysenterMasks, vcpu.sysenter.masksEvents ? 1 : 0);
  });
