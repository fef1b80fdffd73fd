/** What every driver of a network card does on the side of its user: keeps frames nobody has room for, and says when there is room. */
import type { Platform } from '../../seams/platform.ts';
import type { FramePort } from '../../seams/plugs.ts';

/** Received frames that nobody had room for yet; what comes beyond is lost. */
const MOST_KEPT = 256;

export abstract class FrameDriver implements FramePort {
  readonly counts = { sent: 0, received: 0, dropped: 0 };
  private readonly kept: Uint8Array[] = [];
  private deliver: (frame: Uint8Array) => boolean = () => false;
  private room: () => void = () => undefined;
  private refused = false;
  private scheduled = false;

  constructor(protected readonly platform: Pick<Platform, 'now' | 'schedule'>) {}

  abstract send(frame: Uint8Array): boolean;
  /** Tells the other side of what was put into the ring or queue. */
  protected abstract announce(): void;

  onFrame(listener: (frame: Uint8Array) => boolean): void {
    this.deliver = listener;
    this.drain();
  }

  onRoom(listener: () => void): void {
    this.room = listener;
  }

  /** The frame is too large to be sent, or nobody is there to carry it. */
  protected drop(): true {
    this.counts.dropped += 1;
    return true;
  }

  /** There is no room for a frame; {@link reopen} tells when there is. */
  protected refuse(): false {
    this.refused = true;
    return false;
  }

  /** A frame was put; frames of one turn are announced together. */
  protected sent(): true {
    this.counts.sent += 1;
    if (this.scheduled) return true;
    this.scheduled = true;
    this.platform.schedule(this.platform.now(), () => {
      this.scheduled = false;
      this.announce();
    });
    return true;
  }

  protected keep(frame: Uint8Array): void {
    this.counts.received += 1;
    if (this.kept.length < MOST_KEPT) this.kept.push(frame);
    else this.counts.dropped += 1;
  }

  protected drain(): void {
    for (let frame = this.kept[0]; frame !== undefined && this.deliver(frame); frame = this.kept[0]) this.kept.shift();
  }

  /** There may be room again. */
  protected reopen(): void {
    if (!this.refused) return;
    this.refused = false;
    this.room();
  }
}
