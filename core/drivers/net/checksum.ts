/** Checksums of TCP and UDP that a guest left blank because its card is not a card (RFC 793, 768, 1071; IPv6: RFC 8200). */

const ETHERNET = 14;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const TCP = 6;
const UDP = 17;
const FIELD: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6 };
/** Fragment offset and "more fragments". */
const FRAGMENTED = 0x3fff;

/** Where the transport header and its checksum are in a frame, and what the pseudo-header sums to. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly field: number;
  readonly protocol: number;
  readonly pseudo: number;
}

const sum = (view: DataView, start: number, end: number, first: number): number => {
  let total = first;
  let at = start;
  for (; at + 1 < end; at += 2) total += view.getUint16(at);
  if (at < end) total += view.getUint8(at) << 8;
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x1_0000);
  return total;
};

const find = (view: DataView): Place | undefined => {
  const length = view.byteLength;
  if (length < ETHERNET + 20) return undefined;
  let network = ETHERNET;
  let type = view.getUint16(12);
  if (type === VLAN) {
    type = view.getUint16(16);
    network += 4;
  }
  if (type === IPV4) {
    const start = network + (view.getUint8(network) & 15) * 4;
    const end = network + view.getUint16(network + 2);
    if (start < network + 20 || (view.getUint16(network + 6) & FRAGMENTED) !== 0) return undefined;
    return place(view, view.getUint8(network + 9), start, end, sum(view, network + 12, network + 20, 0));
  }
  if (type === IPV6 && length >= network + 40) {
    const end = network + 40 + view.getUint16(network + 4);
    return place(view, view.getUint8(network + 6), network + 40, end, sum(view, network + 8, network + 40, 0));
  }
  return undefined;
};

const place = (view: DataView, protocol: number, start: number, end: number, addresses: number): Place | undefined => {
  const field = FIELD[protocol];
  if (field === undefined || end > view.byteLength || start + field + 2 > end) return undefined;
  return { start, end, field: start + field, protocol, pseudo: addresses + protocol + (end - start) };
};

/** Fills in the checksum of a TCP or UDP packet; other frames are left as they are. */
export const fillChecksum = (frame: Uint8Array): void => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = find(view);
  if (at === undefined) return;
  view.setUint16(at.field, 0);
  const value = ~sum(view, at.start, at.end, at.pseudo) & 0xffff;
  view.setUint16(at.field, value === 0 && at.protocol === UDP ? 0xffff : value);
};

/** True if the frame is TCP or UDP and its checksum is right. */
export const checksumHolds = (frame: Uint8Array): boolean => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = find(view);
  return (
    at !== undefined &&
    (at.protocol === TCP || view.getUint16(at.field) !== 0) &&
    sum(view, at.start, at.end, at.pseudo) === 0xffff
  );
};
