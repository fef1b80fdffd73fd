/** Packet capture in the libpcap file format (draft-ietf-opsawg-pcap), nanosecond variant, Ethernet. */

const MAGIC_NANOSECONDS = 0xa1b2_3c4d;
const LINK_ETHERNET = 1;
const LARGEST_FRAME = 65_535;

/** The 24 bytes that begin a capture file. */
export function pcapHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, MAGIC_NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, LARGEST_FRAME, true);
  view.setUint32(20, LINK_ETHERNET, true);
  return new Uint8Array(view.buffer);
}

/** One frame, caught `nanoseconds` after 1970. */
export function pcapRecord(nanoseconds: bigint, frame: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + frame.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, Number(nanoseconds / 1_000_000_000n), true);
  view.setUint32(4, Number(nanoseconds % 1_000_000_000n), true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  record.set(frame, 16);
  return record;
}
