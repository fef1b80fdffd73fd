/**
 * The framebuffer back end: memory that a guest draws on, looked at when somebody wants to see it. The guest tells where it is
 * by frame numbers in pages of its own; each is checked and held when the device connects, and the numbers are not read again.
 */
import { FRAMEBUFFER_DEPTH, FRAMES_PER_ENTRY, FramebufferPage } from '../../abi/xen/screen.table.ts';
import type { MappedPage } from '../../seams/platform.ts';
import { BackEnd, type BackPlace, type Device, frontNumber, Link, publish } from '../xen/back-end.ts';

const PAGE = 4096;
const BYTES_PER_DOT = 4;
const LARGEST_SIDE = 4096;
const MEBIBYTE = 2 ** 20;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is drawn on: rows of dots, blue, green, red, unused. */
export interface Surface extends Size {
  /** All rows, one behind the other without gaps. */
  pixels(): Uint8Array;
}

export class FramebufferBack implements Device {
  private readonly end: BackEnd;
  private readonly link: Link;
  /** Undefined while no front end draws. */
  surface: Surface | undefined;
  /** What the last front end had drawn when it went. */
  last: Surface | undefined;

  /**
   * @param size what the guest is asked to draw on
   * @param changed called when {@link surface} has come or gone
   */
  constructor(
    private readonly place: BackPlace,
    private readonly size: Size,
    private readonly changed: () => void,
  ) {
    this.link = new Link(place);
    this.end = new BackEnd(place, this);
  }

  announce(): void {
    const { width, height } = this.size;
    publish(this.place, {
      width,
      height,
      videoram: Math.ceil((width * height * BYTES_PER_DOT) / MEBIBYTE),
      'feature-resize': 0,
      // The memory is looked at as often as somebody wants to see it: events would tell nothing new.
      'request-update': 0,
    });
  }

  connect(): string | undefined {
    const port = this.link.bind('event-channel');
    if (typeof port === 'string') return port;
    const frame = frontNumber(this.place, 'page-ref', Number.MAX_SAFE_INTEGER);
    const page = frame === undefined ? undefined : this.map(frame);
    if (page === undefined) return 'the page of the framebuffer cannot be mapped';
    // A copy: the guest may write to its page at any time.
    const head = page.bytes('read').slice();
    const surface = this.read(new DataView(head.buffer));
    if (typeof surface === 'string') return surface;
    this.surface = surface;
    this.changed();
    return undefined;
  }

  private map(frame: number): MappedPage | undefined {
    const page = this.link.mapFrame(frame);
    return typeof page === 'string' ? undefined : page;
  }

  private read(head: DataView): Surface | string {
    const field = (at: number): number => head.getUint32(at, true);
    const [width, height] = [field(FramebufferPage.width), field(FramebufferPage.height)];
    const [lineLength, length] = [field(FramebufferPage.lineLength), field(FramebufferPage.memoryLength)];
    if (head.getUint8(FramebufferPage.depth) !== FRAMEBUFFER_DEPTH) return 'its dots are not 32 bits deep';
    if (width === 0 || height === 0 || width > LARGEST_SIDE || height > LARGEST_SIDE) return `it has ${width} by ${height} dots`;
    if (lineLength < width * BYTES_PER_DOT || lineLength * height > length) return 'its rows do not fit its memory';
    const frames = this.frames(head, Math.ceil((lineLength * height) / PAGE));
    if (typeof frames === 'string') return frames;
    return { width, height, pixels: () => gather(frames, { width, height }, lineLength) };
  }

  /** The pages of the framebuffer, all of them mapped. */
  private frames(head: DataView, count: number): readonly MappedPage[] | string {
    if (count > FramebufferPage.MOST_DIRECTORY * FRAMES_PER_ENTRY) return 'its directory is too short';
    const numbers: number[] = [];
    for (let entry = 0; numbers.length < count; entry++) {
      const list = this.map(Number(head.getBigUint64(FramebufferPage.directory + 8 * entry, true)));
      if (list === undefined) return `entry ${entry} of its directory is no page of it`;
      const view = new DataView(list.bytes('read').slice().buffer);
      for (let index = 0; index < FRAMES_PER_ENTRY && numbers.length < count; index++)
        numbers.push(Number(view.getBigUint64(8 * index, true)));
    }
    const mapped: MappedPage[] = [];
    for (const [index, frame] of numbers.entries()) {
      const page = this.map(frame);
      if (page === undefined) return `page ${index} of the framebuffer is no page of it`;
      mapped.push(page);
    }
    return mapped;
  }

  disconnect(): void {
    const { surface } = this;
    if (surface !== undefined) this.last = still(surface);
    this.link.release();
    this.surface = undefined;
    if (surface !== undefined) this.changed();
  }

  close(): void {
    this.end.close();
  }
}

/** A picture of it. */
const still = ({ width, height, pixels }: Surface): Surface => {
  const picture = pixels();
  return { width, height, pixels: () => picture };
};

const gather = (pages: readonly MappedPage[], { width, height }: Size, lineLength: number): Uint8Array => {
  const pitch = width * BYTES_PER_DOT;
  const all = new Uint8Array(pitch * height);
  for (let row = 0; row < height; row++) {
    for (let done = 0; done < pitch; ) {
      const at = row * lineLength + done;
      const piece = Math.min(pitch - done, PAGE - (at % PAGE));
      const bytes = pages[Math.floor(at / PAGE)]?.bytes('read').subarray(at % PAGE, (at % PAGE) + piece);
      if (bytes !== undefined) all.set(bytes, row * pitch + done);
      done += piece;
    }
  }
  return all;
};
