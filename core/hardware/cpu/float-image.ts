/** The 512-byte FXSAVE image (SDM vol. 1 table 10-2, 64-bit form) of the x87 and SSE state in a state block. */
import { Offset } from './gen/offsets.ts';

const IMAGE_BYTES = 512;
const REGISTERS_AT = 32;
const XMM_AT = 160;
const EMPTY = 3;

export function saveFloatImage(bytes: Uint8Array, block: number, into: Uint8Array): void {
  const from = new DataView(bytes.buffer, bytes.byteOffset + block);
  const to = new DataView(into.buffer, into.byteOffset, IMAGE_BYTES);
  into.fill(0, 0, IMAGE_BYTES);
  const status = from.getUint16(Offset.fsw, true);
  const tags = from.getUint16(Offset.ftw, true);
  to.setUint16(0, from.getUint16(Offset.fcw, true), true);
  to.setUint16(2, status, true);
  let abridged = 0;
  for (let i = 0; i < 8; i++) if (((tags >> (2 * i)) & 3) !== EMPTY) abridged |= 1 << i;
  to.setUint8(4, abridged);
  to.setUint16(6, from.getUint16(Offset.fop, true), true);
  to.setBigUint64(8, from.getBigUint64(Offset.fip, true), true);
  to.setBigUint64(16, from.getBigUint64(Offset.fdp, true), true);
  to.setUint32(24, from.getUint32(Offset.mxcsr, true), true);
  to.setUint32(28, 0xffff, true);
  const top = (status >> 11) & 7;
  for (let i = 0; i < 8; i++) {
    const register = block + Offset.fpr + 16 * ((top + i) & 7);
    into.set(bytes.subarray(register, register + 10), REGISTERS_AT + 16 * i);
  }
  into.set(bytes.subarray(block + Offset.xmm, block + Offset.xmm + 256), XMM_AT);
}

export function loadFloatImage(bytes: Uint8Array, block: number, from: Uint8Array): void {
  const source = new DataView(from.buffer, from.byteOffset, IMAGE_BYTES);
  const to = new DataView(bytes.buffer, bytes.byteOffset + block);
  const status = source.getUint16(2, true);
  const abridged = source.getUint8(4);
  let tags = 0;
  for (let i = 0; i < 8; i++) if ((abridged & (1 << i)) === 0) tags |= EMPTY << (2 * i);
  to.setUint16(Offset.fcw, source.getUint16(0, true), true);
  to.setUint16(Offset.fsw, status, true);
  to.setUint16(Offset.ftw, tags, true);
  to.setUint16(Offset.fop, source.getUint16(6, true), true);
  to.setBigUint64(Offset.fip, source.getBigUint64(8, true), true);
  to.setBigUint64(Offset.fdp, source.getBigUint64(16, true), true);
  to.setUint32(Offset.mxcsr, source.getUint32(24, true), true);
  const top = (status >> 11) & 7;
  for (let i = 0; i < 8; i++) {
    const at = REGISTERS_AT + 16 * i;
    bytes.set(from.subarray(at, at + 10), block + Offset.fpr + 16 * ((top + i) & 7));
  }
  bytes.set(from.subarray(XMM_AT, XMM_AT + 256), block + Offset.xmm);
}
