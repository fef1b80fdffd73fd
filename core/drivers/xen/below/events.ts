/** Event channels of a Xen below: its shared page tells what is pending, Blanket hypercalls do the rest. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { EventOp } from '../../../abi/xen/events.table.ts';
import { SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import type { BlanketCalls } from '../../../seams/driver-domain.ts';
import type { EventPorts, MappedPage } from '../../../seams/platform.ts';

const WORD_BITS = 64;

export class EventsBelow implements EventPorts {
  private readonly listeners = new Map<number, () => void>();

  constructor(
    private readonly calls: BlanketCalls,
    private readonly sharedInfo: MappedPage,
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
    this.operate(EventOp.close, port);
  }

  /** Calls the listeners of what is pending; all events are bound to the first vCPU. */
  upcall(): void {
    for (;;) {
      const bytes = this.sharedInfo.bytes('write');
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const words = view.getBigUint64(SharedInfo.vcpuInfo + VcpuInfo.pendingSel, true);
      if (words === 0n) return;
      view.setBigUint64(SharedInfo.vcpuInfo + VcpuInfo.pendingSel, 0n, true);
      for (const port of this.takePending(view, words)) this.listeners.get(port)?.();
    }
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
