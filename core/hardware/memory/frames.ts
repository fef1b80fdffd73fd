/** Host frames: who gives them out, zeroed, and how many guests show each of them. */
import { Bug } from '../../base/bug.ts';
import { Place } from '../cpu/gen/offsets.ts';

const FRAME = 4096;

export interface HostFrames {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** A frame that always reads as zeroes; nobody may write it. */
  readonly zero: number;
  /** Address of a zeroed frame with one owner. */
  allocate(): number;
  /** One more owner of a frame. */
  share(address: number): void;
  owners(address: number): number;
  /** One owner less; true if it was the last and the frame is free. */
  release(address: number): boolean;
  /** Adjacent zeroed frames with one owner, for tables and state blocks. */
  allocateRange(bytes: number): number;
  releaseRange(address: number, bytes: number): void;
  readonly used: number;
}

export function hostFrames(buffer: ArrayBuffer): HostFrames {
  const bytes = new Uint8Array(buffer);
  const owners = new Uint16Array(buffer.byteLength / FRAME);
  const free: number[] = [];
  /** Free ranges by length: tables are few and come in few sizes. */
  const freeRanges = new Map<number, number[]>();
  let next: number = Place.firstFrame;
  let used = 0;

  const take = (length: number): number => {
    const address = next;
    next += length;
    if (next > buffer.byteLength) throw new Bug(`the engine's memory of ${buffer.byteLength} bytes is used up`);
    return address;
  };
  const allocate = (): number => {
    const recycled = free.pop();
    if (recycled !== undefined) bytes.fill(0, recycled, recycled + FRAME);
    const address = recycled ?? take(FRAME);
    owners[address / FRAME] = 1;
    used++;
    return address;
  };

  return {
    bytes,
    view: new DataView(buffer),
    zero: take(FRAME),
    allocate,
    share: (address) => {
      const count = (owners[address / FRAME] ?? 0) + 1;
      if (count > 0xffff) throw new Bug('a frame is shared too often');
      owners[address / FRAME] = count;
    },
    owners: (address) => owners[address / FRAME] ?? 0,
    release: (address) => {
      const count = owners[address / FRAME] ?? 0;
      if (count === 0) throw new Bug(`frame ${address} is released twice`);
      owners[address / FRAME] = count - 1;
      if (count > 1) return false;
      free.push(address);
      used--;
      return true;
    },
    allocateRange: (length) => {
      const rounded = Math.ceil(length / FRAME) * FRAME;
      const recycled = freeRanges.get(rounded)?.pop();
      if (recycled !== undefined) bytes.fill(0, recycled, recycled + rounded);
      used += rounded / FRAME;
      return recycled ?? take(rounded);
    },
    releaseRange: (address, length) => {
      const rounded = Math.ceil(length / FRAME) * FRAME;
      const list = freeRanges.get(rounded) ?? [];
      list.push(address);
      freeRanges.set(rounded, list);
      used -= rounded / FRAME;
    },
    get used() {
      return used;
    },
  };
}
