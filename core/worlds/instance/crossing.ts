/**
 * What the disks and network cards of guests stand on: one disk and one card of the container, reached by the drivers of the
 * driver domain. On the disk each guest has a part; behind the card there is the bridge that guests are plugged into.
 */
import { invariant } from '../../base/bug.ts';
import { Refusal } from '../../base/refusal.ts';
import { partOf } from '../../drivers/block/part.ts';
import type { FoundDevices } from '../../drivers/discover.ts';
import type { Switch } from '../../network/switch.ts';
import type { BlockQueue, BlockStore, FramePort } from '../../seams/plugs.ts';
import { bridgeOver, macOf } from '../fabric.ts';
import type { Plugged } from '../virtio-devices.ts';
import { createShelf } from './shelf.ts';

/** Of the container's own card; machines count from the other end. */
const CARD = 0xff_fffe;

export class Crossing {
  readonly #shelf = createShelf();
  #lower: { readonly disk: BlockQueue; readonly bridge: Switch } | undefined;

  /** @param card where the container's network card is plugged in */
  constructor(private readonly card: FramePort) {}

  /** What the container is rented with. */
  get plugged(): Plugged {
    return {
      disks: [{ store: this.#shelf.disk, serial: 'instance' }],
      networks: [{ port: this.card, mac: macOf(CARD) }],
    };
  }

  /** The drivers of a driver domain have found the container's devices; undefined: that domain is gone. */
  use(found: FoundDevices | undefined): void {
    const disk = found?.disks[0];
    this.#lower = found && disk && { disk, bridge: bridgeOver(found.networks) };
  }

  /** Guests can have devices. */
  get ready(): boolean {
    return this.#lower !== undefined;
  }

  /** A disk of a guest. Closing it is pulling it: what is under way does not reach it any more. */
  volume<D extends BlockStore & { close(): void }>(store: D): BlockQueue & { close(): void } {
    const { disk } = this.#below();
    const part = this.#shelf.put(store);
    if (part === undefined)
      throw new Refusal(
        'no-room',
        'The disk of the instance has no room for another disk.',
        'Make the disk smaller, or remove another one.',
      );
    return {
      ...partOf(disk, part.offset, { sectors: store.sectors, readOnly: store.readOnly, discards: store.discard !== undefined }),
      close: () => {
        part.remove();
        store.close();
      },
    };
  }

  /** A plug on the bridge. */
  plug(name: string): FramePort & { unplug(): void } {
    return this.#below().bridge.plug(name);
  }

  #below(): { readonly disk: BlockQueue; readonly bridge: Switch } {
    invariant(this.#lower !== undefined, 'the driver domain has its devices before guests have theirs');
    return this.#lower;
  }
}
