/** What a provider's Xen keeps of one virtual CPU of a container, beside the processor itself. */
import { Virq } from '../../../abi/xen/events.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { WIDTHS, type WordLayout } from '../../../abi/xen/widths.table.ts';
import { createTimer, type Timer } from '../../common/timers.ts';
import type { Poller } from '../events.ts';
import type { HvmDomain } from './domain.ts';
import { HvmMemory, type Translate } from './guest-memory.ts';

export class HvmVcpu implements Poller {
  readonly memory: HvmMemory;
  /** How pointers of the call that is being served are meant; set for each call. */
  translate: Translate = () => undefined;
  /** How structures of the call that is being served are laid out; set for each call. */
  layout: WordLayout = WIDTHS[64];
  /** Machine address of vcpu_info. */
  infoAddress = 0;
  infoMoved = false;
  /** Linear address of the copy of its clock for user space; 0: none. */
  timeArea = 0;
  /** Vector of its own upcall at the local APIC (HVMOP_set_evtchn_upcall_vector); 0: none. */
  upcallVector = 0;
  /** Guest-physical pieces of the run-state area: address and length. */
  runstateArea: readonly (readonly [number, number])[] = [];
  readonly polling: readonly number[] = [];
  readonly timer: Timer;
  readonly periodic: Timer;
  period = 0;

  constructor(
    readonly domain: HvmDomain,
    readonly id: number,
  ) {
    const { xen } = domain;
    this.memory = new HvmMemory(xen.memory, xen.isRam, (address, access) => this.translate(address, access));
    const expired = (): void => domain.events.raiseVirq(Virq.TIMER, id);
    this.timer = createTimer(expired);
    this.periodic = createTimer((now) => {
      xen.timers.set(this.periodic, now + this.period);
      expired();
    });
  }

  /** shared_info lies at `frame` now. */
  follow(frame: number): void {
    if (!this.infoMoved) this.infoAddress = frame * 4096 + SharedInfo.vcpuInfo + this.id * VcpuInfo.SIZE;
  }

  get upcallPending(): boolean {
    return (this.domain.xen.memory.readU32(this.infoAddress) & 0xff) !== 0;
  }

  /** upcall_pending was set. */
  notify(): void {
    this.domain.upcalls.raise(this);
  }

  /** Containers wait by HLT, which the upcall itself ends. */
  wake(): void {}
}
