/** Linux bzImage files: the setup header, and the packed kernel inside. Pure: bytes in, description out. */
import { SETUP_HEADER as H, SETUP } from '../../abi/boot/linux.table.ts';
import { readSize, readU16, readU32 } from '../../base/bytes.ts';
import { damagedKernel } from './refusals.ts';
import { packFormat } from './unpack/unpack.ts';

/** A packed size beyond this is a damaged file, not a kernel. */
const LARGEST_KERNEL = 2 ** 30;

export interface BzImage {
  /** Bytes from 0x1f1 to the end of the setup header, to be copied into the zero page. */
  readonly setupHeader: Uint8Array;
  readonly version: number;
  /** The protected-mode part: the decompressor and the packed kernel. */
  readonly protectedPart: Uint8Array;
  /** The packed kernel and its size unpacked; undefined: not told (old or foreign kernels). */
  readonly payload: { readonly bytes: Uint8Array; readonly size: number } | undefined;
  readonly loadAddress: number;
  /** Memory the protected-mode part needs from its load address on, when it unpacks itself. */
  readonly initSize: number;
  readonly has64BitEntry: boolean;
  readonly commandLineLimit: number;
  readonly initrdMax: number;
}

export const isBzImage = (bytes: Uint8Array): boolean =>
  bytes.length > H.initSize && readU16(bytes, H.bootFlag) === SETUP.bootFlag && readU32(bytes, H.magic) === SETUP.magic;

/** @throws Refusal for a truncated file or a kernel older than bzImage */
export function parseBzImage(bytes: Uint8Array, name: string): BzImage {
  const version = readU16(bytes, H.version);
  if (version < 0x200 || ((bytes[H.loadFlags] ?? 0) & SETUP.loadedHigh) === 0) {
    throw damagedKernel(name, 'it is older than the bzImage format');
  }
  const setupSects = bytes[H.setupSects] || 4;
  const start = (setupSects + 1) * 512;
  if (start >= bytes.length) throw damagedKernel(name, 'it ends within its setup code');
  const protectedPart = bytes.subarray(start);
  const headerEnd = H.magic + (bytes[H.jump + 1] ?? 0);
  const xload = version >= SETUP.xloadVersion ? readU16(bytes, H.xloadFlags) : 0;
  const preferred = version >= 0x20a ? readSize(bytes, H.prefAddress) : SETUP.defaultLoadAddress;
  return {
    setupHeader: bytes.slice(H.start, headerEnd),
    version,
    protectedPart,
    payload: version >= SETUP.payloadVersion ? payloadOf(bytes, protectedPart, name) : undefined,
    loadAddress: Number.isFinite(preferred) && preferred >= SETUP.defaultLoadAddress ? preferred : SETUP.defaultLoadAddress,
    initSize: version >= 0x20a ? readU32(bytes, H.initSize) : protectedPart.length,
    has64BitEntry: (xload & SETUP.xlf64BitEntry) !== 0,
    commandLineLimit: version >= 0x206 ? readU32(bytes, H.cmdlineSize) : SETUP.defaultCmdlineSize,
    initrdMax: version >= 0x203 ? readU32(bytes, H.initrdAddrMax) : SETUP.defaultInitrdMax,
  };
}

/** The last four bytes of the payload are the size of the kernel in it. */
function payloadOf(file: Uint8Array, part: Uint8Array, name: string): BzImage['payload'] {
  const offset = readU32(file, H.payloadOffset);
  const length = readU32(file, H.payloadLength);
  if (offset === 0 || length < 8) return undefined;
  if (offset + length > part.length)
    throw damagedKernel(name, `it has ${file.length} bytes and needs ${file.length - part.length + offset + length}`);
  const size = readU32(part, offset + length - 4);
  if (size > LARGEST_KERNEL) throw damagedKernel(name, `it claims to unpack to ${size} bytes`);
  // A gzip file ends with its size by itself; behind the others the kernel's build has put it.
  const end = offset + length - (packFormat(part.subarray(offset)) === 'gzip' ? 0 : 4);
  return { bytes: part.subarray(offset, end), size };
}
