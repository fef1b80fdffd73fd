/** A guest for tests of back ends: pages it grants, a port, nodes it writes, and time that passes when told. */
import { GrantFlag } from '../../abi/xen/grants.table.ts';
import { localStore } from '../../control/store/local.ts';
import { StoreServer } from '../../control/store/server.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { platformOf } from '../../hypervisors/xen/native/platform.ts';
import { buildDomain } from '../../hypervisors/xen/pv/build.ts';
import type { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import { createXen, kernelOf, smallSpec } from '../../hypervisors/xen/testing/fixture.ts';
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { LocalStore, Platform } from '../../seams/platform.ts';
import { FrontRing } from '../xen/front-ring.ts';

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

  /** What the hypervisor calls page `pfn`. */
  frame(pfn: number): number {
    return this.mfn(pfn);
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

/** A front end's ring on page `pfn`, whose requests are shown at once. */
export class GuestRing {
  private readonly ring: FrontRing;

  constructor(
    private readonly guest: GuestSide,
    private readonly pfn: number,
    size: number,
  ) {
    this.ring = new FrontRing({ frame: pfn, bytes: () => guest.page(pfn), release: () => {} }, size);
  }

  /** The page itself, to scribble on. */
  get view(): DataView {
    const bytes = this.guest.page(this.pfn);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  put(write: (slot: DataView) => void): void {
    this.ring.put(write);
    this.ring.publish();
  }

  /** Responses that came since the last call, copied. */
  take(): DataView[] {
    const found: DataView[] = [];
    this.ring.drain((slot) => {
      found.push(new DataView(slot.buffer.slice(slot.byteOffset, slot.byteOffset + slot.byteLength)));
    });
    return found;
  }
}
