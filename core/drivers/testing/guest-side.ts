/** A guest for tests of back ends: pages it grants, a port, nodes it writes, and time that passes when told. */
import { GrantFlag } from '../../abi/xen/grants.table.ts';
import { RingPage, ringSlots } from '../../abi/xen/rings.table.ts';
import { localStore } from '../../control/store/local.ts';
import { StoreServer } from '../../control/store/server.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { platformOf } from '../../hypervisors/xen/native/platform.ts';
import { buildDomain } from '../../hypervisors/xen/pv/build.ts';
import type { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import { createXen, kernelOf, smallSpec } from '../../hypervisors/xen/testing/fixture.ts';
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { LocalStore, Platform } from '../../seams/platform.ts';

export class GuestSide {
  readonly xen: Xen;
  readonly domain: PvDomain;
  readonly platform: Platform;
  readonly store: LocalStore;
  private readonly mfn: (pfn: number) => number;
  private nextReference = 8;
  private time = 0;

  constructor() {
    const { xen } = createXen();
    const native = new NativeDomain(xen, 0, 'control', 256);
    const built = buildDomain(xen, smallSpec());
    if (typeof built === 'string') throw new Error(built);
    this.xen = xen;
    this.domain = built;
    this.platform = platformOf(native);
    this.store = localStore(new StoreServer(), this.platform);
    this.mfn = kernelOf(built).mfn;
  }

  /** Lets the control domain work. */
  run(): void {
    for (let turn = 0; turn < 20; turn++) {
      this.time += 1_000_000;
      this.xen.run(0, this.time);
    }
  }

  page(pfn: number): Uint8Array {
    return this.xen.memory.bytes(this.mfn(pfn) as never, 'write');
  }

  /** Grants page `pfn` to the control domain. */
  grant(pfn: number, readOnly = false): number {
    const reference = this.nextReference++;
    this.domain.grants.write(reference, GrantFlag.permit_access | (readOnly ? GrantFlag.readonly : 0), 0, this.mfn(pfn));
    return reference;
  }

  allocatePort(): number {
    return this.domain.events.allocateUnbound(0);
  }

  /** True if the port was pending; it is not afterwards. */
  heard(port: number): boolean {
    const pending = this.domain.events.delivery?.isPending(port) ?? false;
    const channel = this.domain.events.channel(port);
    if (channel !== undefined) this.domain.events.delivery?.clear(port, channel);
    return pending;
  }
}

/** The front end's side of a ring on page `pfn`. */
export class FrontRing {
  private produced = 0;
  private consumed = 0;
  private readonly slots: number;

  constructor(
    private readonly guest: GuestSide,
    private readonly pfn: number,
    private readonly size: number,
  ) {
    this.slots = ringSlots(size);
    this.view.setUint32(RingPage.requestEvent, 1, true);
    this.view.setUint32(RingPage.responseEvent, 1, true);
  }

  get view(): DataView {
    const bytes = this.guest.page(this.pfn);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  put(write: (slot: DataView) => void): void {
    const bytes = this.guest.page(this.pfn);
    const at = RingPage.entries + (this.produced % this.slots) * this.size;
    write(new DataView(bytes.buffer, bytes.byteOffset + at, this.size));
    this.produced += 1;
    this.view.setUint32(RingPage.requestProducer, this.produced, true);
  }

  /** Responses that came since the last call, copied. */
  take(): DataView[] {
    const found: DataView[] = [];
    const end = this.view.getUint32(RingPage.responseProducer, true);
    for (; this.consumed !== end; this.consumed++) {
      const at = RingPage.entries + (this.consumed % this.slots) * this.size;
      found.push(new DataView(this.guest.page(this.pfn).slice(at, at + this.size).buffer));
    }
    this.view.setUint32(RingPage.responseEvent, this.consumed + 1, true);
    return found;
  }
}
