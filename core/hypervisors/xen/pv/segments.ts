/** Segments of a paravirtual CPU: the flat ones it enters its kernel with, and loading others from its descriptor tables. */
import type { Segment } from '../../../seams/machine.ts';
import { GUEST_GDT_PAGES } from './hypervisor-space.ts';
import type { PvVcpu } from './vcpu.ts';

/** Selectors of the fixed page of the GDT. */
export const Selector = { code32: 0xe023, data: 0xe02b, code64: 0xe033 } as const;
const FIXED_START = 0xe000;

/** Attribute bits: access byte, then AVL L D/B G; bit 15 unusable. */
const ATTRIBUTE = { long: 0x200, unusable: 0x8000 } as const;

export const FLAT_KERNEL_CODE: Segment = { selector: Selector.code64, base: 0n, limit: 0xffff_ffff, attributes: 0xafb };
export const FLAT_KERNEL_DATA: Segment = { selector: Selector.data, base: 0n, limit: 0xffff_ffff, attributes: 0xcf3 };
const FLAT_CODE_32: Segment = { selector: Selector.code32, base: 0n, limit: 0xffff_ffff, attributes: 0xcfb };
export const nullSegment = (selector = 0): Segment => ({ selector, base: 0n, limit: 0, attributes: ATTRIBUTE.unusable });

export const isLongCode = (segment: Segment): boolean => (segment.attributes & ATTRIBUTE.long) !== 0;

/** A descriptor in halves as a segment register holds it. */
const unpack = (selector: number, low: number, high: number): Segment => {
  const granular = (high & 0x80_0000) !== 0;
  const limit = (low & 0xffff) | (high & 0xf_0000);
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000)) >>> 0;
  return {
    selector,
    base: BigInt(base),
    limit: granular ? limit * 4096 + 4095 : limit,
    attributes: ((high >>> 8) & 0xff) | ((high >>> 12) & 0xf00),
  };
};

/** Machine address of the descriptor `selector` names in the guest's tables; -1 if there is none. */
const descriptorAddress = (vcpu: PvVcpu, selector: number): number => {
  const offset = selector & 0xfff8;
  if ((selector & 4) !== 0) {
    if (offset >= vcpu.ldtEntries * 8) return -1;
    const frame = vcpu.ldtFrames[offset >>> 12];
    return frame === undefined ? -1 : frame * 4096 + (offset & 0xfff);
  }
  const page = offset >>> 12;
  if (page >= GUEST_GDT_PAGES || offset >= vcpu.gdtEntries * 8) return -1;
  const frame = vcpu.gdtFrames[page];
  return frame === undefined ? -1 : frame * 4096 + (offset & 0xfff);
};

const CODE = 0x18;
const PRESENT = 0x80;
const WRITABLE_OR_READABLE = 0x02;

/** The segment `selector` names, as the CPU would find it; undefined: loading it would fault. */
const lookUp = (vcpu: PvVcpu, selector: number): Segment | undefined => {
  if (selector >= FIXED_START) {
    if ((selector | 3) === Selector.code64) return { ...FLAT_KERNEL_CODE };
    if ((selector | 3) === Selector.data) return { ...FLAT_KERNEL_DATA };
    return (selector | 3) === Selector.code32 ? { ...FLAT_CODE_32 } : undefined;
  }
  const address = descriptorAddress(vcpu, selector);
  if (address === -1) return undefined;
  const { memory } = vcpu.domain.xen;
  const segment = unpack(selector | 3, memory.readU32(address), memory.readU32(address + 4));
  return (segment.attributes & PRESENT) !== 0 ? segment : undefined;
};

const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;

/** A code segment for ring 3; undefined: #GP(selector). */
export const codeSegment = (vcpu: PvVcpu, selector: number): Segment | undefined => {
  const segment = isNull(selector) ? undefined : lookUp(vcpu, selector);
  return segment !== undefined && (segment.attributes & CODE) === CODE ? segment : undefined;
};

/** A stack segment for ring 3; a null one is refused except beside 64-bit code. */
export const stackSegment = (vcpu: PvVcpu, selector: number): Segment | undefined => {
  const segment = isNull(selector) ? undefined : lookUp(vcpu, selector);
  if (segment === undefined) return undefined;
  return (segment.attributes & (CODE | WRITABLE_OR_READABLE)) === (0x10 | WRITABLE_OR_READABLE) ? segment : undefined;
};

/** What DS, ES, FS or GS holds after loading `selector`; a bad one becomes null. */
export const dataSegment = (vcpu: PvVcpu, selector: number): Segment => {
  if (isNull(selector)) return nullSegment(selector & 3);
  const segment = lookUp(vcpu, selector | 3);
  if (segment === undefined) return nullSegment();
  const usable =
    (segment.attributes & 0x10) !== 0 && ((segment.attributes & 0x08) === 0 || (segment.attributes & WRITABLE_OR_READABLE) !== 0);
  return usable ? segment : nullSegment();
};
