/**
 * Event channels of a Xen below: its shared page tells what is pending, Blanket hypercalls do the rest. A port is announced at
 * the CPU it is bound to, at first the first one; told to, ports follow the driver domain, so that nobody has to pass on what
 * arrives elsewhere.
 */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { EventOp } from '../../../abi/xen/events.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import type { BlanketCalls } from '../../../seams/driver-domain.ts';
import type { EventPorts, MappedPage } from '../../../seams/platform.ts';

const WORD_BITS = 64;

export class EventsBelow implements EventPorts {
  private readonly listeners = new Map<number, () => void>();
  /** CPUs that ports are bound to, but for the first. */
  private readonly bound = new Map<number, number>();

  constructor(
    private readonly calls: BlanketCalls,
    private readonly sharedInfo: MappedPage,
    /** Each CPU hears of the events that are bound to it; else only the first hears of any. */
    private readonly perCpu: boolean,
  ) {}

  /** An operation whose argument is u32 numbers; the result, or what it wrote into the last of them. */
  private operate(operation: number, ...fields: readonly number[]): { readonly result: number; readonly last: number } {
    const argument = new Uint8Array(4 * fields.length);
    const view = new DataView(argument.buffer);
    for (const [index, field] of fields.entries()) view.setUint32(4 * index, field, true);
    const result = this.calls.pass('event_channel_op', operation, argument);
    return { result, last: view.getUint32(argument.length - 4, true) };
  }

  allocate(remote: number): number {
    const { result, last } = this.operate(EventOp.alloc_unbound, DomainId.SELF | (remote << 16), 0);
    return result < 0 ? result : last;
  }

  bind(remote: number, remotePort: number): number {
    const { result, last } = this.operate(EventOp.bind_interdomain, remote, remotePort, 0);
    return result < 0 ? result : last;
  }

  listen(port: number, listener: () => void): void {
    this.listeners.set(port, listener);
    this.operate(EventOp.unmask, port);
  }

  notify(port: number): void {
    this.operate(EventOp.send, port);
  }

  close(port: number): void {
    this.listeners.delete(port);
    this.bound.delete(port);
    this.operate(EventOp.close, port);
  }

  private view(): DataView {
    const bytes = this.sharedInfo.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The interrupt that announced something at the first CPU was taken: the next event raises it anew. */
  acknowledge(): void {
    this.view().setUint8(SharedInfo.vcpuInfo + VcpuInfo.upcallPending, 0);
  }

  /** Calls the listeners of what is pending at `cpu`. */
  upcall(cpu: number): void {
    const selector = SharedInfo.vcpuInfo + cpu * VcpuInfo.SIZE + VcpuInfo.pendingSel;
    for (;;) {
      const view = this.view();
      const words = view.getBigUint64(selector, true);
      if (words === 0n) return;
      view.setBigUint64(selector, 0n, true);
      for (const port of this.takePending(view, words)) {
        this.follow(port);
        this.listeners.get(port)?.();
      }
    }
  }

  /** From now on the port is announced where the domain runs. */
  private follow(port: number): void {
    const { cpu } = this.calls;
    if (!this.perCpu || cpu === (this.bound.get(port) ?? 0)) return;
    if (this.operate(EventOp.bind_vcpu, port, cpu).result >= 0) this.bound.set(port, cpu);
  }

  private takePending(view: DataView, words: bigint): number[] {
    const ports: number[] = [];
    for (let word = 0; word < WORD_BITS; word++) {
      if (((words >> BigInt(word)) & 1n) === 0n) continue;
      const pending = view.getBigUint64(SharedInfo.evtchnPending + 8 * word, true);
      const taken = pending & ~view.getBigUint64(SharedInfo.evtchnMask + 8 * word, true);
      view.setBigUint64(SharedInfo.evtchnPending + 8 * word, pending & ~taken, true);
      for (let bit = 0; bit < WORD_BITS; bit++) if (((taken >> BigInt(bit)) & 1n) !== 0n) ports.push(word * WORD_BITS + bit);
    }
    return ports;
  }
}
